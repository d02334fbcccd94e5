import { describe, expect, it } from 'vitest'
import { reports } from '../../src/reports/index.ts'
import { problemsOfFile } from '../support/config-files.ts'

/** A file with one operation that is complete, and these lines in it. */
const one = (...lines: readonly string[]) => withoutToken('token: test-token-a', ...lines)

const withoutToken = (...lines: readonly string[]) => [
  'operations:',
  '  - name: a',
  '    server: "0042"',
  ...lines.map((line) => `    ${line}`),
]

const REPORTS = reports.map(({ name }) => name).join(', ')

const fifty = (text: string) => `[${Array.from({ length: 50 }, () => text)}]`

const multiplied = [`a: &a ${fifty('x')}`, `b: &b ${fifty('*a')}`, `c: ${fifty('*b')}`]

const NEEDS_KEY = 'hash needs a key; set hash_key_file to a file with the output of: openssl rand -hex 32'

/** Wrong files, and their problems: line, column, key and what to do. */
const WRONG: readonly (readonly [name: string, lines: readonly string[], problems: readonly string[]])[] = [
  ['a list', ['- a'], ['1:1 must contain keys with values, such as operations']],
  ['a text', ['hello'], ['1:1 must contain keys with values, such as operations']],
  ['no operations', ['timeout: 60s'], ['1:1 has no operations; list at least one']],
  ['empty operations', ['operations:'], ['1:1 operations: has no operations; list at least one']],
  [
    'operations without entries',
    ['operations: []'],
    ['1:1 operations: has no operations; list at least one'],
  ],
  [
    'operations as a mapping',
    ['operations: { a: { server: "0042" } }'],
    ['1:1 operations: must be a list of operations, each with name and server'],
  ],
  [
    'an operation that is a text',
    ['operations: [ventas]'],
    ['1:14 operations[0]: must contain the settings of an operation, such as name and server'],
  ],
  [
    'an operation that is empty',
    ['operations:', '  -', '  - { name: a, server: "0042", token: test-token-a }'],
    ['2:4 operations[0]: must contain the settings of an operation, such as name and server'],
  ],
  ['a tab', ['operations:', '	- name: a'], ['2:1 a tab indents this line; use spaces']],
  [
    'a tab before lines that are good',
    [
      'operations:',
      '  - name: a',
      '\tserver: "0042"',
      '    token: test-token',
      '    reports:',
      '      agents: {}',
      '      agents: {}',
    ],
    ['3:1 a tab indents this line; use spaces'],
  ],
  [
    'wrong indentation',
    ['operations:', '  - name: a', '   server: "0042"'],
    ['3:1 a quote, a colon or a bracket is missing'],
  ],
  ['a missing quote', ['operations:', '  - name: "a', ''], ['3:1 a quote, a colon or a bracket is missing']],
  ['a second colon', ['operations:', '  - name: a: b'], ['2:11 a second colon in one line; quote the value']],
  [
    'a duplicate key',
    [
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
    ],
    ['3:1 duplicate key; remove one'],
  ],
  ['a duplicate key of an operation', one('server: "0043"'), ['5:5 duplicate key; remove one']],
  [
    'two documents',
    ['operations: [{ name: a, server: "0042", token: test-token-a }]', '---', 'operations: []'],
    ['2:1 a second document starts; keep one'],
  ],
  ['an unknown alias', ['operations: [*a]'], ['1:14 an alias (*name) needs an anchor (&name) before it']],
  [
    'a merge key with a text',
    ['<<: some text', 'operations: [{ name: a, server: "0042", token: test-token-a }]'],
    ['1:5 the value of << must be a mapping, its alias (*name), or a list of them'],
  ],
  [
    'merge keys with other values than mappings',
    [
      'a: &a [b]',
      'operations:',
      '  - <<:',
      '    name: a',
      '  - { <<: *a, name: b }',
      '  - { <<: [{ name: c }, *a], server: "0042" }',
      '  - { <<: [{ name: d }, text], server: "0042" }',
    ],
    ['3:5', '5:11', '6:11', '7:11'].map(
      (place) => `${place} the value of << must be a mapping, its alias (*name), or a list of them`,
    ),
  ],
  [
    'an alias in its own anchor',
    ['operations: &a [*a]'],
    ['1:17 an alias (*name) is within its own anchor (&name)'],
  ],
  [
    'aliases that multiply',
    multiplied,
    ['aliases (*name) are nested, or too many; write the values instead'],
  ],
  [
    'a mapping as a key',
    ['? { a: b }', ': c', 'operations: [{ name: a, server: "0042", token: test-token-a }]'],
    ['1:3 a key must be a single text; quote it'],
  ],
  [
    'an unknown key of the file',
    ['tiemout: 60s', 'operations: [{ name: a, server: "0042", token: test-token-a }]'],
    ['1:1 tiemout: is not a known key; did you mean timeout?'],
  ],
  [
    'a key in another spelling',
    ['Refresh-Interval: 5m', 'operations: [{ name: a, server: "0042", token: test-token-a }]'],
    ['1:1 Refresh-Interval: is not a known key; did you mean refresh_interval?'],
  ],
  [
    'a variable as a key',
    ['operations:', '  - WOLKVOX_SERVER: "0042"', '    name: a', '    token: test-token-a'],
    [
      '2:5 operations[0].WOLKVOX_SERVER: is not a known key; did you mean server?',
      '2:5 operations[0].server: missing; set it to the server code of the operation, such as 0042',
    ],
  ],
  [
    'an unknown key of an operation',
    one('colour: red'),
    ['5:5 operations[0].colour: is not a known key; check its spelling and its place'],
  ],
  [
    'a misspelled key of an operation',
    one('licences: 5'),
    ['5:5 operations[0].licences: is not a known key; did you mean licenses?'],
  ],
  [
    'a name for the file',
    ['name: all', 'operations: [{ name: a, server: "0042", token: test-token-a }]'],
    ['1:1 name: belongs to each operation; the file itself has no name'],
  ],
  [
    'operations below an operation',
    one('operations: []'),
    ['5:5 operations[0].operations: is not a known key; check its spelling and its place'],
  ],
  [
    'a misspelled list',
    ['operation: [{ name: a, server: "0042", token: test-token-a }]'],
    [
      '1:1 operation: is not a known key; did you mean operations?',
      '1:1 has no operations; list at least one',
    ],
  ],
  [
    'a key that may be a secret',
    one('"token test-token-b": x'),
    ['5:5 operations[0]: is not a known key; check its spelling and its place'],
  ],
  [
    'no name',
    ['operations:', '  - server: "0042"', '    token: test-token-a'],
    ['2:5 operations[0].name: missing; set it to the value of the label operation'],
  ],
  [
    'no server',
    ['operations:', '  - name: a', '    token: test-token-a'],
    ['2:5 operations[0].server: missing; set it to the server code of the operation, such as 0042'],
  ],
  [
    'no token',
    ['operations:', '  - name: a', '    server: "0042"'],
    [
      '2:5 operations[0].token: missing; set it to the wolkvox token, or token_file to a file that contains it',
    ],
  ],
  [
    'an empty name',
    ['operations:', '  - name:', '    server: "0042"', '    token: test-token-a'],
    ['2:5 operations[0].name: is empty; set it to a value, or remove the key'],
  ],
  [
    'a name of spaces',
    ['operations:', '  - name: " "', '    server: "0042"', '    token: test-token-a'],
    ['2:5 operations[0].name: is empty; set it to a value, or remove the key'],
  ],
  [
    'a null',
    one('licenses: ~'),
    ['5:5 operations[0].licenses: is empty; set it to a value, or remove the key'],
  ],
  [
    'the same name in two Unicode forms',
    [
      'operations:',
      `  - { name: ${'atención'.normalize('NFC')}, server: "0042", token: test-token-a }`,
      `  - { name: ${'atención'.normalize('NFD')}, server: "0043", token: test-token-b }`,
    ],
    ['3:7 operations[1].name: is also the name of operations[0]; each operation needs its own'],
  ],
  [
    'the same name twice',
    [
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - { name: a, server: "0043", token: test-token-b }',
    ],
    ['3:7 operations[1].name: is also the name of operations[0]; each operation needs its own'],
  ],
  [
    'two tokens',
    one('token_file: token'),
    ['5:5 operations[0].token_file: set together with token; keep one of the two'],
  ],
  [
    'three tokens',
    withoutToken('token_env: A', 'token: test-token-a', 'token_file: token'),
    [
      '4:5 operations[0].token_env: set together with token; keep one of the two',
      '6:5 operations[0].token_file: set together with token; keep one of the two',
    ],
  ],
  [
    'two default tokens',
    ['token: test-token-a', 'token_file: token', 'operations:', '  - name: a', '    server: "0042"'],
    ['2:1 token_file: set together with token; keep one of the two'],
  ],
  [
    'an empty token',
    withoutToken('token: ""'),
    ['4:5 operations[0].token: is empty; set it to a value, or remove the key'],
  ],
  [
    'a token with spaces',
    withoutToken('token: test token'),
    [
      '4:5 operations[0].token: must be printable ASCII characters without spaces or line breaks; copy the token again',
    ],
  ],
  [
    'a quoted token',
    withoutToken(`token: '"test-token-a"'`),
    ['4:5 operations[0].token: looks quoted; remove the surrounding quotes'],
  ],
  [
    'a token with its header',
    withoutToken('token: Bearer test-token-a'),
    ['4:5 operations[0].token: starts with an authentication scheme, such as Bearer; leave only the token'],
  ],
  [
    'a token as a list',
    withoutToken('token: [test-token-a]'),
    ['4:5 operations[0].token: must be a single value, not a list'],
  ],
  [
    'a missing token file',
    withoutToken('token_file: missing'),
    ['4:5 operations[0].token_file: cannot be read (ENOENT); set it to a file that this user can read'],
  ],
  [
    'a token file with a tilde',
    withoutToken('token_file: ~/token'),
    [
      '4:5 operations[0].token_file: starts with ~ or a variable, which only a shell expands; write the full path',
    ],
  ],
  [
    'a token file that is a folder',
    withoutToken('token_file: .'),
    ['4:5 operations[0].token_file: is not a regular file; set it to a file that contains the token'],
  ],
  [
    'a token file with two lines',
    withoutToken('token_file: two-lines'),
    ['4:5 operations[0].token_file: has several lines; leave only the token'],
  ],
  [
    'a missing default token file',
    [
      'token_file: missing',
      'operations:',
      '  - { name: a, server: "0042" }',
      '  - { name: b, server: "0043" }',
    ],
    ['1:1 token_file: cannot be read (ENOENT); set it to a file that this user can read'],
  ],
  [
    'a variable that is not set',
    withoutToken('token_env: NOT_SET'),
    ['4:5 operations[0].token_env: names a variable that is not set; set it to the token'],
  ],
  ...['constructor', '__proto__', 'toString'].map(
    (name) =>
      [
        `a variable that is not set, but that every object inherits: ${name}`,
        withoutToken(`token_env: ${name}`),
        ['4:5 operations[0].token_env: names a variable that is not set; set it to the token'],
      ] as const,
  ),
  ...['constructor', '__proto__'].map(
    (name) =>
      [
        `a key that every object inherits: ${name}`,
        [`${name}: x`, 'operations:', `  - { name: a, server: "0042", token: test-token-a, ${name}: x }`],
        [
          `1:1 ${name}: is not a known key; check its spelling and its place`,
          `3:53 operations[0].${name}: is not a known key; check its spelling and its place`,
        ],
      ] as const,
  ),
  ...['constructor', '__proto__'].map(
    (name) =>
      [
        `a report that every object inherits: ${name}`,
        one(`reports: { ${name}: { ${name}: x } }`),
        [`5:16 operations[0].reports.${name}: is not a report; must be one of ${REPORTS}`],
      ] as const,
  ),
  [
    'a variable with a wrong name',
    withoutToken('token_env: 7b74-6b7d'),
    ['4:5 operations[0].token_env: must be the name of an environment variable, such as VENTAS_TOKEN'],
  ],
  [
    'a variable with a wrong token',
    withoutToken('token_env: TWO_WORDS'),
    [
      '4:5 operations[0].token_env: must be printable ASCII characters without spaces or line breaks; copy the token again',
    ],
  ],
  [
    'the token in the name',
    ['operations:', '  - name: a test-token-a', '    server: "0042"', '    token: test-token-a'],
    ['2:5 operations[0].name: contains the token; remove it'],
  ],
  [
    'the token in base64 in the name',
    one('base_url: https://proxy.example/dGVzdC10b2tlbi1h').with(1, '  - name: x dGVzdC10b2tlbi1h'),
    [
      '2:5 operations[0].name: contains the token; remove it',
      '5:5 operations[0].base_url: contains the token; remove it',
    ],
  ],
  [
    'the token of another operation in base64',
    [
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - { name: dGVzdC10b2tlbi1h, server: "0043", token: test-token-b }',
    ],
    ['3:7 operations[1].name: contains the token; remove it'],
  ],
  [
    'a short token of another operation, with a quote',
    [
      'operations:',
      `  - { name: a, server: "0042", token: 'a"b"cd' }`,
      `  - { name: 'x a"b"cd', server: "0043", token: test-token-b }`,
    ],
    ['3:7 operations[1].name: contains the token; remove it'],
  ],
  [
    'a token that is part of many words',
    withoutToken('token: abcde'),
    ['4:5 operations[0].token: is shorter than 6 characters; copy the whole token'],
  ],
  [
    'the token of another operation',
    [
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - { name: test-token-a, server: "0043", token: test-token-b }',
    ],
    ['3:7 operations[1].name: contains the token; remove it'],
  ],
  [
    'an octal server',
    ['operations:', '  - name: a', '    server: 34', '    token: test-token-a'],
    [
      '3:5 operations[0].server: must have at least four digits, such as 0042; keep the leading zeros, and quote it in YAML',
    ],
  ],
  [
    'a server with its address',
    ['operations:', '  - name: a', '    server: wv0042.wolkvox.com', '    token: test-token-a'],
    [
      '3:5 operations[0].server: must be only the server code, such as 0042: the part of the address after wv',
    ],
  ],
  [
    'a server as a mapping',
    ['operations:', '  - name: a', '    server: { code: "0042" }', '    token: test-token-a'],
    ['3:5 operations[0].server: must be a single value, not keys'],
  ],
  [
    'wrong values of every kind',
    one(
      'base_url: wv0042',
      'proxy_url: socks5://proxy',
      'ca_file: missing.pem',
      'licenses: 0',
      'timezone: Bogota',
      'timeout: 60',
      'max_response_bytes: 1',
      'agent_name: none',
      'agent_id: omit',
      'hash_key_file: missing-key',
      'priority: high',
      'service_level_seconds: 0',
    ),
    [
      '5:5 operations[0].base_url: must be an http(s) URL without user, password or query, such as https://wv0042.wolkvox.com',
      '6:5 operations[0].proxy_url: is a SOCKS proxy, which the exporter does not support; set it to an HTTP proxy, or WOLKVOX_PROXY_URL (proxy_url in a file) to none',
      '7:5 operations[0].ca_file: cannot be read (ENOENT); set it to a file that this user can read',
      '8:5 operations[0].licenses: must be the number of licences, a whole number from 1 to 999999',
      '9:5 operations[0].timezone: must be an IANA time zone such as America/Bogota or Europe/Madrid',
      '10:5 operations[0].timeout: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m',
      '11:5 operations[0].max_response_bytes: must be a size between 1KiB and 256MiB, such as 64MiB',
      '12:5 operations[0].agent_name: must be one of plain, hash, omit',
      '13:5 operations[0].agent_id: must be one of plain, hash',
      '14:5 operations[0].hash_key_file: cannot be read (ENOENT); set it to a file that this user can read',
      '15:5 operations[0].priority: must be a whole number from -100 to 100',
      '16:5 operations[0].service_level_seconds: must be a number of seconds from 1 to 9999, such as 40',
    ],
  ],
  [
    'hash without a key, once for each operation',
    one('agent_name: hash', 'agent_id: hash'),
    [`5:5 operations[0].agent_name: ${NEEDS_KEY}`],
  ],
  ['hash of ids without a key', one('agent_id: hash'), [`5:5 operations[0].agent_id: ${NEEDS_KEY}`]],
  [
    'hash as a default without a key, once',
    [
      'agent_id: hash',
      'token: test-token-a',
      'server: "0042"',
      'operations:',
      '  - name: a',
      '  - name: b',
      '  - { name: c, hash_key_file: hash-key }',
      '  - { name: d, agent_id: plain }',
      '  - { name: e, agent_name: hash }',
    ],
    [`1:1 agent_id: ${NEEDS_KEY}`, `9:16 operations[4].agent_name: ${NEEDS_KEY}`],
  ],
  [
    'hash with an empty path of the key',
    one('agent_id: hash', 'hash_key_file:'),
    ['6:5 operations[0].hash_key_file: is empty; set it to a value, or remove the key'],
  ],
  [
    'a key that is too short, as a default, once',
    [
      'hash_key_file: token',
      'token: test-token-a',
      'server: "0042"',
      'operations: [{ name: a, agent_id: hash }, { name: b }]',
    ],
    ['1:1 hash_key_file: is shorter than 16 bytes; create it with: openssl rand -hex 32'],
  ],
  [
    'a key of two lines, and one in quotes',
    [
      'token: test-token-a',
      'server: "0042"',
      'operations:',
      '  - { name: a, hash_key_file: two-lines }',
      `  - { name: b, hash_key_file: "'hash-key'" }`,
    ],
    [
      '4:16 operations[0].hash_key_file: is not one line of text; create it with: openssl rand -hex 32',
      '5:16 operations[1].hash_key_file: looks quoted; remove the surrounding quotes',
    ],
  ],
  [
    'metrics that cannot be excluded',
    one(
      'metrics:',
      '  exclude:',
      '    - wolkvox_agents',
      '    - wolkvox_up',
      '    - wolkvox_agents',
      '    - { a: b }',
    ),
    [
      '8:11 operations[0].metrics.exclude[1]: wolkvox_up is not a metric of a report; list only those, such as wolkvox_agent_calls, and not the metrics about the exporter itself',
      '9:11 operations[0].metrics.exclude[2]: wolkvox_agents is listed twice; remove one',
      '10:11 operations[0].metrics.exclude[3]: is not a metric of a report; list only those, such as wolkvox_agent_calls, and not the metrics about the exporter itself',
    ],
  ],
  [
    'metrics without a list',
    one('metrics: { exclude: wolkvox_agents }'),
    ['5:16 operations[0].metrics.exclude: must be a list of metrics, such as [wolkvox_agent_calls]'],
  ],
  [
    'an unknown key of metrics',
    one('metrics: { excluded: [wolkvox_agents] }'),
    ['5:16 operations[0].metrics.excluded: is not a known key; did you mean exclude?'],
  ],
  [
    'a value with a variable',
    one(`base_url: \${URL}`),
    ['5:5 operations[0].base_url: contains a variable that was not expanded; write the value itself'],
  ],
  [
    'a wrong default, once',
    [
      'timeout: 60',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - { name: b, server: "0043", token: test-token-b }',
    ],
    ['1:1 timeout: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m'],
  ],
  [
    'a wrong default that an operation overrides',
    [
      'timeout: 60',
      'operations:',
      '  - name: a',
      '    server: "0042"',
      '    token: test-token-a',
      '    timeout: 30s',
    ],
    ['1:1 timeout: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m'],
  ],
  [
    'a stale_after that is too short',
    one('stale_after: 5m'),
    ['5:5 operations[0].stale_after: must be at least 6m: the refresh interval (5m) plus the timeout (1m)'],
  ],
  [
    'a default stale_after that is too short for one operation',
    [
      'stale_after: 10m',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - name: b',
      '    server: "0043"',
      '    token: test-token-b',
      '    refresh_interval: 15m',
    ],
    [
      '1:1 stale_after: in operations[1]: must be at least 16m: the refresh interval (15m) plus the timeout (1m)',
    ],
  ],
  [
    'an unknown report',
    one('reports: agents, skils'),
    [
      '5:5 operations[0].reports: skils is not a report; must be a comma-separated list of agents, skills, campaigns, latency, chats, interactions, token_info, each at most once',
    ],
  ],
  [
    'unknown and repeated reports in a list',
    one('reports:', '  - agents', '  - skils', '  - agents', '  - [skills]'),
    [
      '7:9 operations[0].reports[1]: must be one of agents, skills, campaigns, latency, chats, interactions, token_info',
      '8:9 operations[0].reports[2]: is listed twice; remove one',
      '9:9 operations[0].reports[3]: must be the name of a report',
    ],
  ],
  [
    'an empty list of reports',
    one('reports: []'),
    ['5:5 operations[0].reports: is empty; set it to a value, or remove the key'],
  ],
  [
    'an unknown report in a mapping',
    one('reports: { agent: {} }'),
    [
      '5:16 operations[0].reports.agent: is not a report; must be one of agents, skills, campaigns, latency, chats, interactions, token_info',
    ],
  ],
  [
    'a report without braces',
    one('reports:', '  agents:', '  skills: 5m'),
    ['6:7 operations[0].reports.agents: is empty; set it to a value, or write {} for no settings'],
  ],
  [
    'an empty report in a list',
    one('reports: [agents, ""]'),
    ['5:23 operations[0].reports[1]: is empty; set it to a value, or remove it'],
  ],
  [
    'an empty setting of a report',
    one('reports:', '  agents:', '    refresh_interval:'),
    ['7:9 operations[0].reports.agents.refresh_interval: is empty; set it to a value, or remove the key'],
  ],
  [
    'a setting of another report',
    one('reports:', '  agents: { service_level_seconds: 30 }'),
    [
      '6:17 operations[0].reports.agents.service_level_seconds: is not a known key; check its spelling and its place',
    ],
  ],
  [
    'wrong settings of reports',
    one(
      'reports:',
      '  agents: { refresh_interval: 5, timeout: 60s }',
      '  skills: { service_level_seconds: none, stale_after: [1h] }',
    ),
    [
      '6:17 operations[0].reports.agents.refresh_interval: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m',
      '6:38 operations[0].reports.agents.timeout: is not a known key; check its spelling and its place',
      '7:17 operations[0].reports.skills.service_level_seconds: must be a number of seconds from 1 to 9999, such as 40',
      '7:46 operations[0].reports.skills.stale_after: must be a single value',
    ],
  ],
  [
    'a stale_after of a report that is too short',
    one('reports:', '  agents: { refresh_interval: 10m, stale_after: 10m }'),
    [
      '6:40 operations[0].reports.agents.stale_after: must be at least 11m: the refresh interval (10m) plus the timeout (1m)',
    ],
  ],
  [
    'licences that differ',
    [
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a, licenses: 5 }',
      '  - { name: b, server: "0043", token: test-token-b, licenses: 6 }',
      '  - { name: c, server: "0042", token: test-token-c, licenses: 6 }',
    ],
    [
      '4:53 operations[2].licenses: differs from operations[0], which has the same account (server and base URL); set both to the same number',
    ],
  ],
  [
    'time zones that differ',
    [
      'timezone: America/Lima',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - { name: b, server: "0042", token: test-token-b, timezone: America/Bogota }',
    ],
    [
      '4:53 operations[1].timezone: differs from operations[0], which has the same account (server and base URL); set both to the same time zone',
    ],
  ],
  [
    'an operation that exceeds its limit',
    one('licenses: 1', 'refresh_interval: 1m'),
    [
      '6:5 operations[0].refresh_interval: agents every 1m = 1,440 calls a day, more than the 1,000 that the licences allow (1 × 1,000); set it to 1m27s or longer',
    ],
  ],
  [
    'a default interval with which one operation exceeds its limit',
    [
      'refresh_interval: 5s',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a, licenses: 20 }',
      '  - { name: b, server: "0043", token: test-token-b, licenses: 1 }',
    ],
    [
      '1:1 refresh_interval: in operations[1]: agents every 5s = 17,280 calls a day, more than the 1,000 that the licences allow (1 × 1,000); set it to 1m27s or longer',
    ],
  ],
  [
    'the interval of one report that exceeds the limit',
    one('licenses: 1', 'reports: { agents: {}, skills: { refresh_interval: 1m } }'),
    [
      '6:38 operations[0].reports.skills.refresh_interval: agents every 5m (288) + skills every 1m (1,440) = 1,728 calls a day, more than the 1,000 that the licences allow (1 × 1,000); set every interval to 2m53s or longer, or choose fewer reports',
    ],
  ],
  [
    'the interval of one report with which several operations exceed the limit',
    [
      'licenses: 1',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - name: b',
      '    server: "0042"',
      '    token: test-token-b',
      '    reports: { agents: { refresh_interval: 90s } }',
    ],
    [
      '7:26 operations[1].reports.agents.refresh_interval: a agents every 5m (288) + b agents every 1m30s (960) = 1,248 calls a day, more than the 1,000 that the licences allow (1 × 1,000); set every interval to 2m53s or longer, or choose fewer reports',
    ],
  ],
  [
    'a default interval with which several operations exceed the limit',
    [
      'licenses: 1',
      'refresh_interval: 2m',
      'operations:',
      '  - { name: a, server: "0042", token: test-token-a }',
      '  - { name: b, server: "0042", token: test-token-b }',
    ],
    [
      '2:1 refresh_interval: in operations[0]: a agents every 2m (720) + b agents every 2m (720) = 1,440 calls a day, more than the 1,000 that the licences allow (1 × 1,000); set every interval to 2m53s or longer, or choose fewer reports',
    ],
  ],
  [
    'operations that exceed the limit together',
    [
      'licenses: 1',
      'operations:',
      '  - name: a',
      '    server: "0042"',
      '    token: test-token-a',
      '    refresh_interval: 2m',
      '  - name: b',
      '    server: "0042"',
      '    token: test-token-b',
      '    reports: { agents: { refresh_interval: 2m } }',
    ],
    [
      '6:5 operations[0].refresh_interval: a agents every 2m (720) + b agents every 2m (720) = 1,440 calls a day, more than the 1,000 that the licences allow (1 × 1,000); set every interval to 2m53s or longer, or choose fewer reports',
    ],
  ],
  [
    'several problems, in the order of the file',
    [
      'colour: red',
      'operations:',
      '  - server: "0042"',
      '    timeout: 60',
      '  - name: a',
      '    server: "0042"',
      '    token: test token',
    ],
    [
      '1:1 colour: is not a known key; check its spelling and its place',
      '3:5 operations[0].name: missing; set it to the value of the label operation',
      '3:5 operations[0].token: missing; set it to the wolkvox token, or token_file to a file that contains it',
      '4:5 operations[0].timeout: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m',
      '7:5 operations[1].token: must be printable ASCII characters without spaces or line breaks; copy the token again',
    ],
  ],
  [
    'a merge key with a wrong value',
    [
      'operations:',
      '  - &a { name: a, server: "0042", token: test-token-a, timeout: 60 }',
      '  - { <<: *a, name: b }',
    ],
    [
      '2:56 operations[0].timeout: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m',
      '3:5 operations[1].timeout: must be a duration between 1s and 1d, written as Prometheus does: 90s, 5m, 1h30m',
    ],
  ],
  [
    'an empty section',
    one('agents: {}'),
    ['5:5 operations[0].agents: is empty; set it to a value, or remove the key'],
  ],
  [
    'empty patterns of agents and an empty metric',
    one("agents: { include: ['a', ''] }", 'metrics: { exclude: [wolkvox_agents, ""] }'),
    [
      '5:30 operations[0].agents.include[1]: is empty; set it to a value, or remove it',
      '6:42 operations[0].metrics.exclude[1]: is empty; set it to a value, or remove it',
    ],
  ],
  [
    'a state without a category',
    one('states: { Almuerzo: }'),
    ['5:15 operations[0].states.Almuerzo: is empty; set it to a value, or remove the key'],
  ],
  [
    'a section that is a list',
    one('agents: [a]'),
    ['5:5 operations[0].agents: must contain keys: include, exclude'],
  ],
  [
    'an unknown key of a section',
    one('agents: { exlude: [a] }'),
    ['5:15 operations[0].agents.exlude: is not a known key; did you mean exclude?'],
  ],
  [
    'a pattern that is no list',
    one('agents: { exclude: prueba }'),
    ['5:15 operations[0].agents.exclude: must be a list, such as [a, b]'],
  ],
  [
    'patterns that RE2 refuses',
    one('agents:', '  include: ["(?=a)b", "a", "(a)\\\\1"]', '  exclude: ["[", [a]]'),
    [
      '6:17 operations[0].agents.include[0]: is not a regular expression of RE2, which has no lookaround and no backreferences; simplify it',
      '6:32 operations[0].agents.include[2]: is not a regular expression of RE2, which has no lookaround and no backreferences; simplify it',
      '7:17 operations[0].agents.exclude[0]: is not a regular expression of RE2, which has no lookaround and no backreferences; simplify it',
      '7:22 operations[0].agents.exclude[1]: must be a single value',
    ],
  ],
  [
    'states as a text',
    one('states: aux'),
    ['5:5 operations[0].states: must be a mapping from states to categories, such as { Almuerzo: aux }'],
  ],
  [
    'wrong states',
    one(
      'states:',
      '  Almuerzo: lunch',
      '  " ": aux',
      '  En línea: talk',
      '  EN LINEA: aux',
      `  ${'x'.repeat(65)}: aux`,
    ),
    [
      '6:7 operations[0].states.Almuerzo: must be one of ready, talk, ring, acw, aux, logout, unknown',
      '7:7 operations[0].states: has no text; an agent without a state is always unknown',
      '9:7 operations[0].states: is there twice, in another spelling; remove one',
      '10:7 operations[0].states: is longer than 64 characters',
    ],
  ],
]

describe('a file is refused', () => {
  it.each(WRONG)('with its place: %s', async (_, lines, problems) => {
    expect(await problemsOfFile(lines.join('\n'))).toEqual(problems)
  })

  it('with each problem once, and without secrets', async () => {
    const all = await Promise.all(WRONG.map(([, lines]) => problemsOfFile(lines.join('\n'))))
    expect(all.filter((problems) => new Set(problems).size < problems.length)).toEqual([])
    expect(all.flat().filter((problem) => /test.token|two words/.test(problem))).toEqual([])
  })

  it('with the first problems of very many', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => `wrong_${index}: x`)
    const problems = await problemsOfFile(one(...lines).join('\n'))
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toBe('and 50 more')
  })

  it('without being read for long if it is too large', async () => {
    expect(await problemsOfFile('a\n'.repeat(300_000))).toEqual([
      '--config.file: is too large; set it to a file that contains only the configuration',
    ])
    expect(await problemsOfFile(`x: [${'a,'.repeat(100_000)}]`)).toEqual([
      'has more than 30000 keys, values and other signs; remove what is not needed',
    ])
  })

  it.each([
    ['empty', '', '--config.file: is empty; write the configuration into the file'],
    ['not UTF-8', Buffer.from([0x61, 0xff]), '--config.file: is not UTF-8; save it as UTF-8'],
    ['UTF-16', Buffer.from('\ufeffa: b', 'utf16le'), '--config.file: is UTF-16; save it as UTF-8'],
  ])('that is %s', async (_, content, problem) => {
    expect(await problemsOfFile(content)).toEqual([problem])
  })
})
