import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../../../tools/eventually.ts'
import { freePort } from '../../../tools/free-port.ts'
import { startProgram } from '../../support/programs/program.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const USER = 'test-user'

/** With characters that a URL has to encode, as far as the proxy allows them. */
const PASSWORDS = { tinyproxy: 'test-word.27_x', squid: 'test:w/rd@27%ñ' }

/** User and password as a URL contains them. */
export const credentialsFor = (program: keyof typeof PASSWORDS) =>
  `${USER}:${encodeURIComponent(PASSWORDS[program])}`

/** What a proxy under test does. */
export interface ProxyOptions {
  readonly needsPassword?: boolean
  /** Refuses the connections for which the tests ask. */
  readonly refuses?: boolean
  /** PEM files of a CA with which the proxy intercepts TLS, and of one that it trusts. */
  readonly intercepts?: { readonly cert: string; readonly key: string; readonly trusted: string }
}

/** Starts Debian's tinyproxy, which ends with the test. @returns host and port */
export async function startTinyproxy({ needsPassword, refuses }: ProxyOptions = {}): Promise<string> {
  const port = await freePort()
  const config = join(temporaryFolder(), 'tinyproxy.conf')
  writeFileSync(
    config,
    `Port ${port}
Listen 127.0.0.1
Timeout 30
MaxClients 20
LogLevel Error
${needsPassword ? `BasicAuth ${USER} ${PASSWORDS.tinyproxy}` : ''}
${refuses ? 'ConnectPort 443' : ''}
`,
  )
  startProgram('tinyproxy', ['-d', '-c', config])
  return listening(port)
}

/** Starts Debian's squid, which ends with the test. @returns host and port */
export async function startSquid({ needsPassword, refuses, intercepts }: ProxyOptions = {}): Promise<string> {
  const port = await freePort()
  const folder = temporaryFolder()
  // Squid runs as another user.
  chmodSync(folder, 0o777)
  const users = join(folder, 'users')
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], {
    input: PASSWORDS.squid,
    encoding: 'utf8',
  })
  writeFileSync(users, `${USER}:${hash}`)
  const bump = intercepts && {
    port: ` ssl-bump tls-cert=${intercepts.cert} tls-key=${intercepts.key} generate-host-certificates=on`,
    rest: `sslcrtd_program /usr/lib/squid/security_file_certgen -s ${folder}/db -M 4MB
sslcrtd_children 1
acl hello at_step SslBump1
ssl_bump peek hello
ssl_bump bump all
tls_outgoing_options cafile=${intercepts.trusted}`,
  }
  if (bump) {
    execFileSync('/usr/lib/squid/security_file_certgen', ['-c', '-s', `${folder}/db`, '-M', '4MB'])
    execFileSync('chmod', ['-R', '777', `${folder}/db`])
  }
  const config = join(folder, 'squid.conf')
  writeFileSync(
    config,
    `http_port 127.0.0.1:${port}${bump?.port ?? ''}
${bump?.rest ?? ''}
pid_filename ${folder}/squid.pid
cache_log ${folder}/cache.log
access_log none
cache deny all
shutdown_lifetime 0 seconds
connect_retries 0
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${users}
auth_param basic children 1
auth_param basic utf8 on
acl known proxy_auth REQUIRED
${refuses ? 'http_access deny all' : needsPassword ? 'http_access allow known' : 'http_access allow all'}
http_access deny all
`,
  )
  startProgram('squid', ['-N', '-f', config])
  return listening(port)
}

async function listening(port: number): Promise<string> {
  await eventually(`proxy on port ${port}`, () => isListening(port))
  return `127.0.0.1:${port}`
}

function isListening(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(undefined))
  })
}
