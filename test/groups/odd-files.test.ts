import { describe, expect, it } from 'vitest'
import { groupTableOf } from '../../src/groups/groups.ts'
import { type GroupsFormat, parseFile } from '../../src/groups/parser-task.ts'
import { describeGroups, ID_COLUMN } from '../../src/groups/read-groups.ts'
import { exposedIdsOf } from '../../src/reports/agent-identity.ts'
import { reports } from '../../src/reports/index.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { groupsFrom } from '../support/groups-files.ts'

let files = 0

/** Parses a file as the thread does. */
async function read(file: string | Uint8Array, format: GroupsFormat) {
  const reply = await parseFile({ bytes: Buffer.from(file), format, digest: `file ${++files}` })
  if ('problems' in reply) return reply.problems.join('\n')
  const { labelNames, rows, problems, problemLines } = reply.groups
  const { labelsOf } = groupTableOf(reply.groups, exposedIdsOf(anOperation()))
  return { labelNames, rows, ...problems, lines: problemLines, labelsOf }
}

const utf16 = (text: string, mark: readonly number[]) =>
  Buffer.concat([Buffer.from(mark), Buffer.from(text, 'utf16le')])

const swapped = (text: string) => utf16(text, [0xff, 0xfe]).swap16()

const ONE = 'agent_id,team\n1001,Norte\n'

/** What is read of the agent 1001, in files that are read completely. */
const goodFiles: Readonly<Record<string, readonly [file: string | Uint8Array, labels: object]>> = {
  'with commas': [ONE, { team: 'Norte' }],
  'with semicolons, as a Spanish spreadsheet writes them': [
    'agent_id;team;site\n1001;Norte, turno 1;Bogotá\n',
    { team: 'Norte, turno 1', site: 'Bogotá' },
  ],
  'with tabs': ['agent_id\tteam\n1001\tNorte\n', { team: 'Norte' }],
  'with vertical bars': ['agent_id|team\n1001|Norte\n', { team: 'Norte' }],
  'with the separator in its first line': ['sep=;\r\nagent_id;team\r\n1001;a,b,c\r\n', { team: 'a,b,c' }],
  'with a separator that only its first line tells': ['sep=^\nagent_id^team\n1001^Norte', { team: 'Norte' }],
  'with CRLF': ['agent_id,team\r\n1001,Norte\r\n', { team: 'Norte' }],
  'with CR alone, as old Macs write': ['agent_id,team\r1001,Norte\r', { team: 'Norte' }],
  'with mixed line breaks': ['agent_id,team\r\n1001,Norte\n1002,"Sur"\r\n', { team: 'Norte' }],
  'without a line break at the end': ['agent_id,team\n1001,Norte', { team: 'Norte' }],
  'with a UTF-8 byte order mark': [`\ufeff${ONE}`, { team: 'Norte' }],
  'in UTF-16 LE': [utf16('agent_id\tteam\r\n1001\tBogotá\r\n', [0xff, 0xfe]), { team: 'Bogotá' }],
  'in UTF-16 BE': [swapped('agent_id,team\n1001,Bogotá\n'), { team: 'Bogotá' }],
  'in windows-1252': [Buffer.from('agent_id;team\n1001;Bogotá\x80\n', 'latin1'), { team: 'Bogotá€' }],
  'with quotes': ['"agent_id","team"\n"1001","Norte"\n', { team: 'Norte' }],
  'with doubled quotes': ['agent_id,team\n1001,"El ""Sol"""\n', { team: 'El "Sol"' }],
  'with a delimiter in quotes': ['agent_id;team\n1001;"a;b"\n', { team: 'a;b' }],
  'with a backslash': ['agent_id,team\n1001,a\\b\n', { team: 'a\\b' }],
  'with a quote within a value': ['agent_id,team\n1001,5" norte\n', { team: '5" norte' }],
  'with spaces around values and names': [' agent_id , team \n 1001 ,  Norte \n', { team: 'Norte' }],
  'with no-break spaces around values': ['agent_id,team\n\u00a01001,Norte\u00a0\n', { team: 'Norte' }],
  'with the id in another column': ['team,agent_id\nNorte,1001\n', { team: 'Norte' }],
  'with capitals in agent_id': ['AGENT_ID,team\n1001,Norte\n', { team: 'Norte' }],
  'with empty lines': ['agent_id,team\n\n\n1001,Norte\n\n', { team: 'Norte' }],
  'with empty cells in empty lines': ['agent_id,team\n,\n1001,Norte\n,\n', { team: 'Norte' }],
  'with empty columns at the end': ['agent_id;team;;\n1001;Norte;;\n', { team: 'Norte' }],
  'with missing cells at the end': ['agent_id,team,site\n1001,Norte\n', { team: 'Norte', site: '' }],
  'with an empty value': ['agent_id,team,site\n1001,,Cali\n', { group: '', team: '', site: 'Cali' }],
  'with further empty cells': ['agent_id,team\n1001,Norte,,\n', { team: 'Norte' }],
  'with ten labels': [
    `agent_id,${'abcdefghij'.split('').join(',')}\n1001,0,1,2,3,4,5,6,7,8,9\n`,
    Object.fromEntries('abcdefghij'.split('').map((name, index) => [name, String(index)])),
  ],
  'with values of 128 characters': [`agent_id,team\n1001,${'ñ'.repeat(128)}\n`, { team: 'ñ'.repeat(128) }],
  'with an accent as a separate character': ['agent_id,team\n1001,Bogota\u0301\n', { team: 'Bogot\u00e1' }],
  'with emoji and other scripts': ['agent_id,team\n1001,🦜 東京\n', { team: '🦜 東京' }],
  'with formulas as text': ['agent_id,team\n1001,=1+1\n', { team: '=1+1' }],
  'with a column group, whose place does not matter': [
    'agent_id,site,group\n1001,Cali,Norte\n',
    { site: 'Cali', group: 'Norte' },
  ],
  'with names of members of objects': [
    'agent_id,constructor,toString\n1001,a,b\n',
    { constructor: 'a', toString: 'b' },
  ],
}

const goodYaml: Readonly<Record<string, readonly [file: string | Uint8Array, labels: object]>> = {
  'a list of mappings': ['- agent_id: 1001\n  team: Norte\n', { team: 'Norte' }],
  'a mapping by id': ['1001: { team: Norte, site: Cali }\n', { group: 'Norte', team: 'Norte', site: 'Cali' }],
  JSON: ['[{"agent_id": "1001", "team": "Norte"}]', { team: 'Norte' }],
  'JSON by id': ['{"1001": {"team": "Norte"}}', { team: 'Norte' }],
  'values that look like other types': [
    '- { agent_id: 1001, team: yes, site: 0x1F, shift: 1e3 }\n',
    { team: 'yes', site: '0x1F', shift: '1e3' },
  ],
  'no value, as YAML and JSON write it': [
    '1001: { team: Norte, site: ~, shift: null, floor: "null", street: nullable }\n',
    { team: 'Norte', site: '', shift: '', floor: 'null', street: 'nullable' },
  ],
  'the id at the end of a mapping': [
    '- { team: Norte, agent_id: 1001 }\n',
    { group: 'Norte', team: 'Norte' },
  ],
  'an agent_id in several spellings': [
    '- { Agent_ID: 1001, team: Norte }\n- { " AGENT_ID ": 1002, team: Sur }\n',
    { team: 'Norte' },
  ],
  'a missing value': ['1001:\n  team:\n  site: Cali\n', { team: '', site: 'Cali' }],
  'labels that other mappings do not have': [
    '1001: { team: Norte }\n1002: { site: Cali }\n',
    { team: 'Norte', site: '' },
  ],
  'comments and a document start': ['# groups\n---\n1001:\n  team: Norte # day\n', { team: 'Norte' }],
  'windows-1252': [Buffer.from('1001: { team: Bogotá }', 'latin1'), { team: 'Bogotá' }],
}

const good = [
  ...Object.entries(goodFiles).map(([name, [file, labels]]) => ({
    name,
    file,
    labels,
    format: 'csv' as const,
  })),
  ...Object.entries(goodYaml).map(([name, [file, labels]]) => ({
    name: `of YAML: ${name}`,
    file,
    labels,
    format: 'yaml' as const,
  })),
]

describe('a groups file', () => {
  it.each(good)('$name', async ({ file, labels, format }) => {
    const result = await read(file, format)
    if (typeof result === 'string') throw new Error(result)
    const { labelsOf, ...counts } = result
    expect(counts).toMatchObject({ duplicate: 0, invalid: 0, lines: [] })
    const found: Readonly<Record<string, string>> = labelsOf('1001')
    expect(found).toMatchObject(labels)
    const first = 'group' in labels ? labels.group : Object.values(labels)[0]
    expect(found).toEqual({ ...labels, group: first })
  })

  it('keeps the zeros of an id', async () => {
    for (const [file, format] of [
      ['agent_id,team\n0012,Norte\n', 'csv'],
      ['0012: { team: Norte }', 'yaml'],
      ['- { agent_id: 0012, team: Norte }', 'yaml'],
    ] as const) {
      const result = await read(file, format)
      if (typeof result === 'string') throw new Error(result)
      expect(result.labelsOf('0012')).toEqual({ group: 'Norte', team: 'Norte' })
      expect(result.labelsOf('12')).toEqual({})
    }
  })
})

/** Files with a bad row: all have the row of the agent 1001, and the bad rows are at these lines. */
const badRows: Readonly<Record<string, readonly [file: string, counts: object]>> = {
  'no id': [`${ONE},Sur\n`, { invalid: 1, lines: [3] }],
  'more cells than columns': [`${ONE}1002,Sur,Este\n`, { invalid: 1, lines: [3] }],
  'a value in a column without a name': [
    'agent_id,team,\n1001,Norte,\n1002,Sur,x\n',
    { invalid: 1, lines: [3] },
  ],
  'text after a quotation': [`${ONE}1002,"Sur"x\n1003,"Este"\n`, { invalid: 1, lines: [3] }],
  'a value that is too long': [`${ONE}1002,${'x'.repeat(129)}\n`, { invalid: 1, lines: [3] }],
  'an id that is too long': [`${ONE}${'1'.repeat(129)},Sur\n`, { invalid: 1, lines: [3] }],
  'a line break in a value': [`${ONE}1002,"Sur\nEste"\n1003,\u0007\n`, { invalid: 2, lines: [3, 5] }],
  'a zero-width character': [`${ONE}1002,Nor\u200bte\n`, { invalid: 1, lines: [3] }],
  'a replacement character': [`${ONE}1002,Bogot\ufffd\n`, { invalid: 1, lines: [3] }],
  'a second row of an agent': [`${ONE}1001,Sur\n1001,Este\n`, { duplicate: 2, lines: [3, 4] }],
  'a second row of an agent with spaces': [`${ONE} 1001 ,Sur\n`, { duplicate: 1, lines: [3] }],
  'more bad rows than it lists': [`${ONE}${',x\n'.repeat(9)}`, { invalid: 9, lines: [3, 4, 5, 6, 7] }],
}

const badYamlRows: Readonly<Record<string, readonly [file: string, counts: object]>> = {
  'text instead of a mapping': ['1001: { team: Norte }\n1002: Sur\n', { invalid: 1, lines: [2] }],
  'a list instead of a text': ['1001: { team: Norte }\n1002: { team: [a, b] }\n', { invalid: 1, lines: [2] }],
  'an alias': ['1001: &a { team: Norte }\n1002: *a\n', { invalid: 1, lines: [2] }],
  'a second key': ['1001: { team: Norte }\n1001: { team: Sur }\n', { duplicate: 1, lines: [2] }],
  'a label twice': ['1001: { team: Norte }\n1002: { team: a, team: b }\n', { invalid: 1, lines: [2] }],
  'an id in a mapping by id': [
    '1001: { team: Norte }\n1002: { agent_id: 1003, team: a }\n',
    { invalid: 1, lines: [2] },
  ],
  'null as its id': ['1001: { team: Norte }\n~: { team: Sur }\n', { invalid: 1, lines: [2] }],
  'an id in a mapping by id, in other letters': [
    '1001: { team: Norte }\n1002: { Agent_ID: 1002, team: a }\n',
    { invalid: 1, lines: [2] },
  ],
  'two ids': [
    '- { agent_id: 1001, team: Norte }\n- { agent_id: 1002, AGENT_ID: 1003, team: a }\n',
    { invalid: 1, lines: [2] },
  ],
  'no id in a list': ['- { agent_id: 1001, team: Norte }\n- { team: Sur }\n', { invalid: 1, lines: [2] }],
}

describe('a row costs only itself if it has', () => {
  it.each([
    ...Object.entries(badRows).map(([name, [file, counts]]) => ({
      name,
      file,
      counts,
      format: 'csv' as const,
    })),
    ...Object.entries(badYamlRows).map(([name, [file, counts]]) => ({
      name: `${name} in YAML`,
      file,
      counts,
      format: 'yaml' as const,
    })),
  ])('$name', async ({ file, counts, format }) => {
    const result = await read(file, format)
    if (typeof result === 'string') throw new Error(result)
    expect(result).toMatchObject({ duplicate: 0, invalid: 0, ...counts })
    expect(result.labelsOf('1001')).toEqual({ group: 'Norte', team: 'Norte' })
  })
})

const refused: Readonly<
  Record<string, readonly [file: string | Uint8Array, problem: RegExp, format?: GroupsFormat]>
> = {
  empty: ['', /^has no column agent_id; name the columns in the first line, such as agent_id,team,site$/],
  'only line breaks': ['\n\n\n', /^has no column agent_id/],
  'data without a header': ['1001,Ana,Norte\n1002,Luis,Sur\n', /^has no column agent_id/],
  'a header with spaces in agent_id': ['agent id,team\n1001,Norte\n', /^has no column agent_id/],
  'ids alone': ['agent_id\n1001\n', /^has only the column agent_id; add columns with labels/],
  'a label with an accent': [
    'agent_id,línea\n1001,a\n',
    /^column 2 \("línea"\) cannot be the name of a label; use letters without accents, digits and _, such as team$/,
  ],
  'a label with a space': [
    'agent_id,team name\n1001,a\n',
    /^column 2 \("team name"\) cannot be the name of a label/,
  ],
  'a label that starts with a digit': ['agent_id,1st\n1001,a\n', /^column 2 \("1st"\) cannot be/],
  'a label that is too long': [`agent_id,${'x'.repeat(65)}\n1001,a\n`, /^column 2 cannot be/],
  'the label operation': [
    'agent_id,operation\n1001,a\n',
    /^column 2 \("operation"\) is a reserved label; rename it$/,
  ],
  'a second agent_id': ['agent_id,Agent_ID\n1001,a\n', /^column 2 \("Agent_ID"\) is a reserved label/],
  agent_name: ['agent_id,agent_name,team\n1001,a,b\n', /^column 2 \("agent_name"\) is a reserved label/],
  'a label of Prometheus': ['agent_id,__name__\n1001,a\n', /^column 2 \("__name__"\) is a reserved label/],
  'the labels of a target': [
    'agent_id,team,instance\n1001,a,b\n',
    /^column 3 \("instance"\) is a reserved label/,
  ],
  'a column twice': [
    'agent_id,team,team\n1001,a,b\n',
    /^column 3 \("team"\) is there twice; rename or remove one$/,
  ],
  'three bad columns': [
    'agent_id,operation,team,línea,team\n1001,a,b,c,d\n',
    /^column 2 \("operation"\) is a[^\n]*\ncolumn 4 \("línea"\) cannot[^\n]*\ncolumn 5 \("team"\) is there twice[^\n]*$/,
  ],
  'two bad keys in YAML': [
    '1:\n  state: a\n  team: b\n2: { Campaña: c }\n',
    /^line 2: a key is a reserved[^\n]*\nline 4: a key cannot[^\n]*$/,
    'yaml',
  ],
  'eleven labels': [
    `agent_id,${'abcdefghijk'.split('').join(',')}\n`,
    /^has 11 columns of labels; keep at most 10$/,
  ],
  'a quotation without an end': [
    'agent_id,team\n1001,Norte\n1002,"Sur\n1003,Este\n',
    /^line 3: a quotation mark is never closed; close or remove it$/,
  ],
  'a workbook of Excel': [
    Buffer.from('PK\x03\x04\x14\x00'),
    /^is a workbook of a spreadsheet; save it as CSV UTF-8$/,
  ],
  'an old workbook of Excel': [Buffer.from('d0cf11e0a1b11ae1', 'hex'), /^is a workbook of a spreadsheet/],
  'HTML that is named .xls': ['<html><table><tr><td>agent_id', /^is HTML or XML; save it as CSV UTF-8$/],
  'UTF-16 without a byte order mark': [
    Buffer.from(ONE, 'utf16le'),
    /^contains zero bytes; save it as CSV UTF-8$/,
  ],
  'too many lines': ['\n'.repeat(120_001), /^has more than 120000 lines; shorten it$/],
  'too many agents': [
    `agent_id,team\n${Array.from({ length: 60_001 }, (_, index) => `${index},a`).join('\n')}`,
    /^has more than 60000 agents; wolkvox sends no more in a report$/,
  ],
  'a text as YAML': [
    'Norte',
    /^must be a list of mappings with agent_id, or a mapping from each agent_id/,
    'yaml',
  ],
  'CSV as YAML': [ONE, /^must be a list of mappings/, 'yaml'],
  'nothing as YAML': ['', /^must be a list of mappings/, 'yaml'],
  'a list of texts': ['- Norte\n- Sur\n', /^has no column agent_id/, 'yaml'],
  'broken YAML': [
    '1001: { team: "Norte }\n',
    /^line \d+, column \d+: is not valid YAML \(\w+\); correct it$/,
    'yaml',
  ],
  'YAML with a tab': ['1001:\n\tteam: Norte\n', /^line 2, column 1: is not valid YAML/, 'yaml'],
  'brackets without end': ['['.repeat(100_000), /^line 1, column \d+: is not valid YAML/, 'yaml'],
  // A part of a token would be in no list of secrets.
  'a long token as a column': [
    `agent_id,1001-${'x'.repeat(33)}\n1,a\n`,
    /^column 2 cannot be the name of a label/,
  ],
  'a mapping from groups to agents, with their names as keys': [
    'a:\n  Ana Norte: 1001\n',
    /^line 2: a key cannot be the name of a label; use letters without accents, digits and _, such as team$/,
    'yaml',
  ],
  'a reserved label in YAML': [
    '1:\n  team: a\n  state: b\n',
    /^line 3: a key is a reserved label; rename it$/,
    'yaml',
  ],
  'aliases that multiply': [
    `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n1001: *c\n`,
    /^has only the column|^has no column/,
    'yaml',
  ],
}

describe('a groups file is refused, and no value is repeated, if it is', () => {
  it.each(Object.entries(refused))('%s', async (_, [file, problem, format = 'csv']) => {
    const result = await read(file, format)
    expect(result).toMatch(problem)
    expect(result).not.toMatch(/Ana|Luis|Norte|Sur|1001/)
  })
})

describe('a label is reserved, in any letters, if metrics of agents have it:', () => {
  const names = reports.flatMap(({ labelNames, families }) =>
    families.flatMap((family) => {
      const ofFamily =
        'labelNames' in family
          ? family.labelNames
          : // The columns of the groups file are not known here.
            [...labelNames, ...Object.keys(family.labels?.({}) ?? {})]
      return ofFamily.includes(ID_COLUMN) ? ofFamily : []
    }),
  )

  it.each([...new Set(names)])('%s', async (name) => {
    const problem = /^column 2 \("\w+"\) is a reserved label; rename it$/
    expect(await read(`${ID_COLUMN},${name}\n`, 'csv')).toMatch(problem)
    expect(await read(`${ID_COLUMN},${name.toUpperCase()}\n`, 'csv')).toMatch(problem)
  })
})

it('a groups file with very many columns without a name takes only as long as its cells', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `${index},Norte\n`).join('')
  const startedAt = process.cpuUsage()
  expect(await read(`agent_id,team${','.repeat(200_000)}\n${rows}`, 'csv')).toMatchObject({ rows: 20_000 })
  const { user, system } = process.cpuUsage(startedAt)
  expect((user + system) / 1e6).toBeLessThan(3)
})

describe('the description of a groups file', () => {
  it.each([
    [ONE, '1 agent with team (also as group)'],
    ['agent_id,site,group\n1,a,b\n2,c,d\n', '2 agents with site, group'],
    [`${ONE},Este\n`, '1 agent with team (also as group); 1 row not used: 0 duplicate, 1 invalid (line 3)'],
    [
      `${ONE}1001,Sur\n,Este\n`,
      '1 agent with team (also as group); 2 rows not used: 1 duplicate, 1 invalid (lines 3, 4)',
    ],
    [
      `${ONE}${',Este\n'.repeat(6)}`,
      '1 agent with team (also as group); 6 rows not used: 0 duplicate, 6 invalid (lines 3, 4, 5, 6, 7, …)',
    ],
  ])('gives counts and lines: %j', async (file, description) => {
    expect(describeGroups(await groupsFrom(file))).toBe(description)
  })
})
