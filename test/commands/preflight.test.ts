import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenWarnings, storageWarnings } from '../../src/commands/preflight.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function portInUse(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

describe('listenWarnings', () => {
  it.each([
    ['one address', [{ host: '127.0.0.1', port: 0 }]],
    ['every address of the machine', [{ host: undefined, port: 0 }]],
    [
      'several',
      [
        { host: '127.0.0.1', port: 0 },
        { host: 'localhost', port: 0 },
      ],
    ],
  ])('are none where the exporter could listen on %s', async (_, addresses) => {
    expect(await listenWarnings(addresses)).toEqual([])
  })

  it.each(['127.0.0.1', undefined])('name an address that is in use: %s', async (host) => {
    const port = await portInUse(host ?? '::')
    expect(await listenWarnings([{ host, port }])).toEqual([
      expect.stringContaining(`--web.listen-address: ${host ?? ''}:${port} is in use; fine if this exporter`),
    ])
  })

  it('name each address that cannot be had, and no other', async () => {
    const port = await portInUse('127.0.0.1')
    const warnings = await listenWarnings([
      { host: '192.0.2.1', port: 0 },
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port },
    ])
    expect(warnings).toEqual([
      expect.stringContaining('cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL): this machine does not have'),
      expect.stringContaining(`127.0.0.1:${port} is in use`),
    ])
  })

  it('name an address that the command line gives twice', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = { host: '127.0.0.1', port: (server.address() as { port: number }).port }
    server.close()
    await once(server, 'close')
    expect(await listenWarnings([address, address])).toHaveLength(1)
    expect(await listenWarnings([address])).toEqual([])
  })
})

describe('storageWarnings', () => {
  const warningAt = (path: string, code: string) => [
    `--storage.path: ${path} cannot be written (${code}); the exporter would run, but keep nothing across restarts`,
  ]

  it.each([
    ['nothing is to be kept', () => ''],
    ['the folder is there', (folder: string) => folder],
    ['the folder can be created', (folder: string) => join(folder, 'data')],
    ['its parents can be created as well', (folder: string) => join(folder, 'a/b/data/')],
  ])('are none where %s', async (_, pathIn) => {
    const folder = temporaryFolder()
    expect(await storageWarnings(pathIn(folder))).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  it('name a file in the place of the folder, or of a parent', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(await storageWarnings(file)).toEqual([
      `--storage.path: ${file} is a file; name a folder; the exporter would run, but keep nothing across restarts`,
    ])
    expect(await storageWarnings(join(file, 'data'))).toEqual(warningAt(join(file, 'data'), 'ENOTDIR'))
  })

  it('name a link that leads nowhere, which no folder can replace', async () => {
    const link = join(temporaryFolder(), 'data')
    symlinkSync('/nowhere/at/all', link)
    expect(await storageWarnings(link)).toEqual(warningAt(link, 'ENOENT'))
  })

  it('name a folder, or the nearest parent, that this user may not write to', () => {
    const parent = temporaryFolder()
    const locked = join(parent, 'locked')
    mkdirSync(locked)
    chmodSync(parent, 0o755)
    chmodSync(locked, 0o555)
    expect(warningsOfUser(locked)).toEqual(warningAt(locked, 'EACCES'))
    expect(warningsOfUser(join(locked, 'a/b'))).toEqual(warningAt(locked, 'EACCES'))
    chmodSync(locked, 0o777)
    expect(warningsOfUser(locked)).toEqual([])
  })

  /** What a user who is not root would see: root may write everywhere. */
  function warningsOfUser(path: string): unknown {
    const program = `
      const { storageWarnings } = await import(${JSON.stringify(new URL('../../src/commands/preflight.ts', import.meta.url))})
      if (process.getuid() === 0) process.setuid(1000)
      process.stdout.write(JSON.stringify(await storageWarnings(${JSON.stringify(path)})))`
    return JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }),
    )
  }
})
