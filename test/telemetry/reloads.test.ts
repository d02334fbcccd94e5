import { expect, it } from 'vitest'
import { createReloads } from '../../src/telemetry/reloads.ts'

it('reloads are successful again when every file that failed can be used', () => {
  let now = 1000
  const { recorderFor, state } = createReloads(() => now)
  const [settings, web] = [recorderFor('configuration'), recorderFor('web configuration')]
  expect(state()).toEqual({ isSuccessful: true, succeededAt: 1000, failingSince: undefined })
  now = 1100
  settings(false)
  now = 1200
  web(false)
  settings(false)
  now = 2000
  web(true)
  expect(state()).toEqual({ isSuccessful: false, succeededAt: 2000, failingSince: 1100 })
  now = 3000
  settings(true)
  expect(state()).toEqual({ isSuccessful: true, succeededAt: 3000, failingSince: undefined })
})
