import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ListenError, listen } from '../../src/server/listen.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { makeApp } from './make-app.ts'

/** Listens with a new application until the test ends. */
async function listenOn(path: string) {
  const { app } = makeApp()
  onTestFinished(() => app.close())
  await app.ready()
  const listening = await listen(app.server, [{ path }])
  return { app, url: listening.urls[0] }
}

const newPath = () => join(temporaryFolder(), 'exporter.sock')

async function getFrom(socketPath: string, path: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ socketPath, path, agent: false }, resolve).on('error', reject)
  })
  return [response.statusCode, await text(response)]
}

const failureOf = (path: string) => listenOn(path).then(String, (error: unknown) => error)

describe('a Unix socket', () => {
  it('serves the metrics', async () => {
    const path = newPath()
    const { url } = await listenOn(path)
    expect(await getFrom(path, '/metrics')).toEqual([200, '# rendered as text\n'])
    expect(url).toBe(`http://unix:${path}:`)
  })

  it('can be used by the owner and the group only', async () => {
    const path = newPath()
    const mask = process.umask()
    await listenOn(path)
    expect((lstatSync(path).mode & 0o777).toString(8)).toBe('660')
    expect(process.umask()).toBe(mask)
  })

  it('is removed when the server closes', async () => {
    const path = newPath()
    const { app } = await listenOn(path)
    await app.close()
    expect(existsSync(path)).toBe(false)
  })

  it('leaves the socket of another exporter, which came after someone removed the file', async () => {
    const path = newPath()
    const { app } = await listenOn(path)
    unlinkSync(path)
    await listenOn(path)
    await app.close()
    expect((await getFrom(path, '/-/healthy'))[0]).toBe(200)
  })

  it('is the only file that it creates', async () => {
    const path = newPath()
    await listenOn(path)
    expect(readdirSync(dirname(path))).toEqual(['exporter.sock'])
    await failureOf(path)
    expect(readdirSync(dirname(path))).toEqual(['exporter.sock'])
  })

  it('serves one of two exporters that start at the same time', async () => {
    const path = newPath()
    const outcomes = await Promise.allSettled([listenOn(path), listenOn(path)])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const [refusal] = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(String(refusal?.reason)).toContain('(EADDRINUSE)')
    expect((await getFrom(path, '/-/healthy'))[0]).toBe(200)
    expect(readdirSync(dirname(path))).toEqual(['exporter.sock'])
  })

  it('replaces the file of a process that was killed', async () => {
    const path = newPath()
    const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', program])
    expect(lstatSync(path).isSocket()).toBe(true)
    await listenOn(path)
    expect((await getFrom(path, '/-/healthy'))[0]).toBe(200)
  })

  it('does not replace a socket that is in use', async () => {
    const path = newPath()
    await listenOn(path)
    const error = await failureOf(path)
    expect(error).toBeInstanceOf(ListenError)
    expect(String(error)).toContain(
      `cannot listen on unix:${path} (EADDRINUSE): another program listens there`,
    )
    expect((await getFrom(path, '/-/healthy'))[0]).toBe(200)
  })

  it('does not replace a file', async () => {
    const path = newPath()
    writeFileSync(path, 'precious')
    expect(String(await failureOf(path))).toContain(
      '(ENOTSOCK): a file that is not a socket is there; remove it',
    )
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })

  it('needs its folder', async () => {
    const path = join(temporaryFolder(), 'missing', 'exporter.sock')
    expect(String(await failureOf(path))).toContain('(ENOENT): its folder does not exist; create it')
  })
})
