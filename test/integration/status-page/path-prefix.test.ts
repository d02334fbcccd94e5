import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { freePort } from '../../../tools/free-port.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { startProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { simulatedAccount } from '../../support/simulated-wolkvox.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** nginx in front of the exporter, under the path `/wolkvox/`. @returns its URL */
async function startNginx(exporter: string): Promise<string> {
  const folder = temporaryFolder()
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off;
  ${paths.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    absolute_redirect off;
    location /wolkvox/ { proxy_pass ${exporter}/; }
  }
}
`,
  )
  const program = startProgram('nginx', ['-c', file, '-p', folder], { PATH: `${process.env.PATH}:/usr/sbin` })
  await eventually('nginx', async () => {
    if (program.process.exitCode !== null) throw new Error(`nginx ended: ${program.output()}`)
    return (await accepts(port)) || undefined
  })
  return `http://127.0.0.1:${port}`
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** The status of every link of a page, by its path. */
async function statusesOf(page: Response): Promise<Record<string, number>> {
  const links = [...(await page.text()).matchAll(/<a href="([^"]*)"/g)].map(
    ([, href = '']) => new URL(href, page.url),
  )
  const statuses = links.map(async (url) => [url.pathname, (await fetch(url)).status] as const)
  return Object.fromEntries(await Promise.all(statuses))
}

describe.skipIf(!haveTools('nginx'))('behind nginx under a path', () => {
  it.each(['/metrics', '/wolkvox/metrics'])(
    'every link of the status page resolves, with the metrics at %s',
    async (path) => {
      const exporter = await startExporterProcess(await simulatedAccount(), [`--web.telemetry-path=${path}`])
      await eventually('ready exporter', async () => (await fetch(`${exporter.url}/-/ready`)).ok || undefined)
      const nginx = await startNginx(exporter.url)
      const linked = { [`/wolkvox${path}`]: 200, '/wolkvox/-/healthy': 200, '/wolkvox/-/ready': 200 }
      expect(await statusesOf(await fetch(`${nginx}/wolkvox/`))).toEqual(linked)
      // nginx redirects to the path with the slash.
      expect(await statusesOf(await fetch(`${nginx}/wolkvox`))).toEqual(linked)
      const operation = await fetch(`${nginx}/wolkvox/?operation=0000`)
      expect(await statusesOf(operation)).toEqual({ '/wolkvox/': 200, ...linked })
    },
  )
})
