import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { redirectsTo } from './faults.ts'
import { runFaults } from './run-faults.ts'

let visits = 0
const elsewhere = createServer((socket) => {
  visits += 1
  socket.destroy()
}).listen(0, '127.0.0.1')
await once(elsewhere, 'listening')
afterAll(() => {
  elsewhere.close()
})

describe('when wolkvox redirects the request', () => {
  // Another name and another port, so it is another host in every sense.
  runFaults(redirectsTo(`http://localhost:${(elsewhere.address() as AddressInfo).port}`), startExporterHere)

  it('the other host receives no request, so the token stays here', () => {
    expect(visits).toBe(0)
  })
})
