import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { headerFloods, longBodies, longUrls, malformed, methods, paths, smuggling } from './requests.ts'
import { type Counts, count, exchange, inParallel, open, pause, type Target, type Wire } from './wire.ts'

/** What an attack did and what came of it. */
export interface Result {
  /** Connections or requests. */
  readonly sent: number
  readonly counts: Counts
}

type Attack = (target: Target) => Promise<Result>

/** Attackers never use 127.0.0.1, the address of the honest scrapers. */
const attacker = (index: number) => `127.0.0.${10 + (index % 8)}`

const SECONDS = 2.5
const MAX_REQUESTS = 5000

// Connections arrive in waves, some thousand a second.
const WAVE = 125
const WAVE_MS = 20
const GET = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n'

/** Sends the requests again and again, some at a time. */
function repeat(requests: readonly string[], waitMs = 1000): Attack {
  return async (target) => {
    const counts: Counts = {}
    const sent = await inParallel(MAX_REQUESTS, 4, SECONDS, async (index) => {
      const request = requests[index % requests.length] ?? ''
      for (const outcome of await exchange(target, attacker(index), request, waitMs)) count(counts, outcome)
    })
    return { sent, counts }
  }
}

/** Opens connections that send something slowly, and waits until the server has ended them. */
function drip(connections: number, start: string, seconds: number): Attack {
  return async (target) => {
    const wires: Wire[] = []
    const dripping: Wire[] = []
    while (wires.length < connections) {
      for (let times = 0; times < WAVE / 5; times += 1) {
        const wire = open(target, attacker(wires.length))
        wires.push(wire)
        void wire.opened.then(() => {
          wire.socket.write(start)
          dripping.push(wire)
        })
      }
      await sleep(2 * WAVE_MS)
    }
    const until = performance.now() + 1000 * seconds
    while (performance.now() < until && wires.some(({ socket }) => !socket.destroyed)) {
      await sleep(500)
      for (const { socket } of dripping) if (!socket.destroyed) socket.write('a')
    }
    return { sent: connections, counts: endAll(wires) }
  }
}

/** Counts the outcomes, and connections that are still open as `open`, then closes everything. */
function endAll(wires: readonly Wire[]): Counts {
  const counts: Counts = {}
  for (const { socket, statuses, outcomes } of wires) {
    if (socket.destroyed || statuses.length === 0) for (const outcome of outcomes()) count(counts, outcome)
    else count(counts, 'open')
    socket.destroy()
  }
  return counts
}

/** Connections in batches that stay open until the batch is complete. Each may send a request. */
function crowd(perBatch: number, request: string): Attack {
  return async (target) => {
    const counts: Counts = {}
    let sent = 0
    const until = performance.now() + 1000 * 4 * SECONDS
    for (let batch = 0; batch < 8 && performance.now() < until; batch += 1) {
      const wires: Wire[] = []
      while (wires.length < perBatch) {
        for (let times = 0; times < Math.min(WAVE, perBatch / 10); times += 1) {
          const wire = open(target, attacker(batch), target.tls && request !== '')
          if (request !== '') void wire.opened.then(() => wire.socket.write(request))
          wires.push(wire)
        }
        await sleep(WAVE_MS)
      }
      sent += wires.length
      await sleep(700)
      for (const { socket, statuses } of wires) {
        count(counts, statuses[0] ?? (socket.destroyed ? 'closed' : 'open'))
        socket.destroy()
      }
    }
    return { sent, counts }
  }
}

/** Sends many requests at once on each connection, again and again, and reads the responses only afterwards. */
const pipelining: Attack = async (target) => {
  const counts: Counts = {}
  const batches = await inParallel(200, 2, SECONDS, async (index) => {
    const wire = open(target, attacker(index))
    await wire.opened
    wire.socket.pause().write(GET.replace('GET', 'HEAD').repeat(PIPELINED))
    await sleep(100)
    wire.socket.resume()
    await Promise.race([wire.ended, pause(1000)])
    for (const outcome of wire.outcomes()) count(counts, outcome)
    wire.socket.destroy()
  })
  return { sent: batches * PIPELINED, counts }
}

const PIPELINED = 200

/** Bytes that are no handshake, and plain HTTP, to a server with TLS. */
const notTls: Attack = async (target) => {
  const plain = { ...target, tls: false }
  const texts = [
    GET,
    '\0'.repeat(1000),
    '\x16\x03\x01\xff\xff',
    '\x16\x03\x01\x00\x05hello',
    '\x80\x2e\x01\x00\x02',
  ]
  return repeat(texts, 300)(plain)
}

/** Handshakes that never continue. */
const halfOpenTls: Attack = async (target) => {
  const wires = Array.from({ length: 600 }, (_, index) => open(target, attacker(index), false))
  // The start of a ClientHello.
  for (const { socket } of wires) socket.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1')
  await Promise.race([Promise.all(wires.map(({ ended }) => ended)), pause(14_000)])
  return { sent: wires.length, counts: endAll(wires) }
}

/** Complete handshakes as fast as possible, without a request. */
const handshakes: Attack = async (target) => {
  const counts: Counts = {}
  const sent = await inParallel(20_000, 64, SECONDS, async (index) => {
    const wire = open(target, attacker(index))
    await wire.opened
    count(counts, wire.socket.destroyed ? 'closed' : 'handshake')
    wire.socket.destroy()
  })
  return { sent, counts }
}

/** Passwords as fast as possible, over kept connections. */
const guessing: Attack = async (target) => {
  const counts: Counts = {}
  const until = performance.now() + 1000 * SECONDS
  let sent = 0
  await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      let wire = open(target, attacker(index))
      while (performance.now() < until) {
        if (wire.socket.destroyed) wire = open(target, attacker(index))
        await wire.opened
        sent += 1
        const password = Buffer.from(`scraper:guess-${sent}`).toString('base64')
        const seen = wire.statuses.length
        const answered = new Promise((resolve) => wire.socket.once('data', resolve))
        wire.socket.write(GET.replace('\r\n\r\n', `\r\nAuthorization: Basic ${password}\r\n\r\n`))
        await Promise.race([answered, wire.ended, pause(5000)])
        count(counts, wire.statuses[seen] ?? 'waiting')
      }
      wire.socket.destroy()
    }),
  )
  return { sent, counts }
}

/** Asks for new keys on one connection again and again. */
const renegotiation: Attack = async (target) => {
  const { connect } = await import('node:tls')
  const counts: Counts = {}
  const sent = await inParallel(200, 8, SECONDS, async (index) => {
    const socket = connect({
      port: target.port,
      host: '127.0.0.1',
      localAddress: attacker(index),
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    } as ConnectionOptions)
    const outcome = await new Promise<string>((resolve) => {
      socket.on('error', () => resolve('refused')).on('close', () => resolve('closed'))
      socket.once('secureConnect', () => {
        if (!socket.renegotiate({}, (error) => resolve(error === null ? 'renegotiated' : 'refused')))
          resolve('refused')
      })
      setTimeout(() => resolve('ignored'), 500).unref()
    })
    count(counts, outcome)
    socket.destroy()
  })
  return { sent, counts }
}

/** An attack with what may and what must come of it. */
export interface AttackPlan {
  readonly run: Attack
  /** Every other outcome is a failure. With authentication, refusals for lack of a password come on top. */
  readonly allowed: readonly string[]
  /** At least one of these has to occur, or the attack has not worked. */
  readonly expected: readonly string[]
  readonly only?: 'http' | 'https'
}

const plan = (
  run: Attack,
  expected: readonly string[],
  allowed: readonly string[] = [],
  only?: 'http' | 'https',
): AttackPlan => ({
  run,
  expected,
  allowed: [...expected, ...allowed],
  ...(only && { only }),
})

/** All attacks, by what they do. */
export const attacks: Readonly<Record<string, AttackPlan>> = {
  'malformed requests': plan(repeat(malformed), ['400'], ['505']),
  'request smuggling': plan(repeat(smuggling), ['400'], ['403', '413']),
  'tricks with paths': plan(repeat(paths), ['404'], ['400', '405']),
  'paths that are too long': plan(repeat(longUrls), ['414'], ['431', 'closed']),
  'floods of headers': plan(repeat(headerFloods), ['431'], ['closed']),
  'wrong methods': plan(repeat(methods), ['405'], ['400']),
  'bodies that are too long': plan(repeat(longBodies), ['413'], ['closed']),
  'slow headers': plan(drip(600, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ', 10), ['408']),
  'slow bodies': plan(
    drip(300, 'POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n', 14),
    ['403'],
  ),
  'pipelined requests': plan(pipelining, ['503'], ['200', 'closed']),
  '10,000 silent connections': plan(crowd(1250, ''), ['closed'], ['open']),
  '10,000 connections with a request': plan(crowd(1250, GET), ['200'], ['closed', 'open', '503'], 'http'),
  '800 connections with TLS and a request': plan(
    crowd(100, GET),
    ['401'],
    ['closed', 'open', '408'],
    'https',
  ),
  'bytes that are not TLS': plan(notTls, ['closed'], ['open'], 'https'),
  'half-open TLS': plan(halfOpenTls, ['closed'], [], 'https'),
  'flood of TLS handshakes': plan(handshakes, ['handshake'], ['closed'], 'https'),
  'TLS renegotiation': plan(renegotiation, ['refused', 'closed', 'ignored'], [], 'https'),
  'guessed passwords': plan(guessing, ['401'], ['429', '503', 'waiting'], 'https'),
}
