// Guesses passwords at full speed, as a thread: `workerData` has the port, the local addresses, how many connections, and for
// how long. Posts `connected` when it starts to guess, then the number of responses by status.
import { once } from 'node:events'
import { connect } from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'

const { port, addresses, connections, ms } = workerData
const counts = {}
let guess = 0

function nextRequest() {
  guess += 1
  const credentials = Buffer.from(`alice:guess-${guess}`).toString('base64')
  return `GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${credentials}\r\n\r\n`
}

async function open(localAddress) {
  const socket = connect({ port, host: '127.0.0.1', localAddress, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return socket
}

/** Sends the next guess as soon as the response to the last one is there. */
function attack(socket, end) {
  return new Promise((resolve) => {
    socket.setEncoding('latin1').on('data', (text) => {
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1]
      // Other parts of a response.
      if (status === undefined) return
      counts[status] = (counts[status] ?? 0) + 1
      if (Date.now() < end) socket.write(nextRequest())
      else socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', resolve)
    setTimeout(() => socket.destroy(), end - Date.now() + 1000)
    socket.write(nextRequest())
  })
}

const sockets = await Promise.all(
  Array.from({ length: connections }, (_, index) => open(addresses[index % addresses.length])),
)
parentPort.postMessage('connected')
const end = Date.now() + ms
await Promise.all(sockets.map((socket) => attack(socket, end)))
parentPort.postMessage(counts)
