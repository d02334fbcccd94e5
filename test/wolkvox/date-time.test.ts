import { spawnSync } from 'node:child_process'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { parseDateTime } from '../../src/wolkvox/date-time.ts'
import { ROOT } from '../../tools/files.ts'
import fc from '../support/fast-check.ts'

const pad = (number: number, length = 2) => String(number).padStart(length, '0')

describe('a date and time', () => {
  it('is read as Temporal reads it, in any zone', () => {
    const day = fc.date({
      min: new Date('1990-01-01T00:00:00Z'),
      max: new Date('2035-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    // Lord Howe changes by half an hour, Apia skipped a day, Kathmandu is not at a full hour.
    const zone = fc.constantFrom(
      'America/Bogota',
      'Europe/Madrid',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Asia/Kathmandu',
      'UTC',
    )
    fc.assert(
      fc.property(day, zone, (date, timeZone) => {
        const text = date.toISOString().slice(0, 19).replace('T', ' ')
        const { epochMilliseconds } = Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone)
        expect(parseDateTime(text, timeZone)).toBe(epochMilliseconds)
      }),
      { numRuns: 2000 },
    )
  })

  it('is undefined for any other text', () => {
    const number = fc.integer({ min: 0, max: 99 })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9999 }),
        number,
        number,
        number,
        number,
        number,
        (year, month, day, hour, minute, second) => {
          const text = `${pad(year, 4)}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}`
          const isoDate = new Date(`${text.replace(' ', 'T')}Z`)
          const isValid =
            !Number.isNaN(isoDate.getTime()) && isoDate.toISOString().startsWith(text.replace(' ', 'T'))
          expect(parseDateTime(text, 'UTC')).toBe(isValid ? isoDate.getTime() : undefined)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    '',
    'now',
    '2026-03-10',
    '2026-03-10 08:30',
    '2026-03-10T08:30:00',
    '2026-03-10 08:30:00Z',
    ' 2026-03-10 08:30:00',
    '2026-3-10 8:30:00',
  ])('is not %j', (text) => {
    expect(parseDateTime(text, 'UTC')).toBeUndefined()
  })

  it('is read again after many others', () => {
    const at = parseDateTime('2026-03-10 08:30:15', 'UTC')
    for (let minute = 0; minute < 6000; minute += 1) {
      const text = new Date(Date.UTC(2020, 0, 1, 0, minute)).toISOString().slice(0, 19).replace('T', ' ')
      expect(parseDateTime(text, 'UTC')).toBe(Date.UTC(2020, 0, 1, 0, minute))
    }
    expect(parseDateTime('2026-03-10 08:30:15', 'UTC')).toBe(at)
    expect(at).toBe(Date.UTC(2026, 2, 10, 8, 30, 15))
  })
})

it('loads Temporal with the first date', () => {
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = new Set()
    const load = (url, context, next) => {
      if (url.includes('/temporal-polyfill/')) loaded.add(url)
      return next(url, context)
    }
    registerHooks({ load })
    const { parseDateTime } = await import('${ROOT}src/wolkvox/date-time.ts')
    const results = [parseDateTime('08:15:00', 'UTC'), loaded.size > 0]
    results.push(parseDateTime('1970-01-01 00:00:01', 'UTC'), loaded.size > 0)
    process.stdout.write(results.join())
  `
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(stdout).toBe(',false,1000,true')
})
