/** A response that needs far more resources than its size suggests, or has the maximum size. */
export interface Shape {
  readonly what: string
  /** @param size bytes, about */
  readonly data: (size: number) => Buffer
}

const repeated = (piece: string, last: string) => (size: number) =>
  Buffer.concat([
    Buffer.from('['),
    Buffer.alloc(size - (size % piece.length), piece),
    Buffer.from(`${last}]`),
  ])

/** None of these can be a report. */
export const impossibleShapes: readonly Shape[] = [
  { what: '[0,0,…]', data: repeated('0,', '0') },
  { what: '[[],[],…]', data: repeated('[],', '[]') },
  { what: '[[[[…', data: (size) => Buffer.alloc(size, '[') },
  { what: '[{},{},…]', data: repeated('{},', '{}') },
  {
    what: '[[[[…]]]]',
    data: (size) => Buffer.concat([Buffer.alloc(size / 2, '['), Buffer.alloc(size / 2, ']')]),
  },
  {
    what: '["xxxx…"]',
    data: (size) => Buffer.concat([Buffer.from('["'), Buffer.alloc(size, 'x'), Buffer.from('"]')]),
  },
  { what: '[{"k":0,"k":0,…}]', data: (size) => oneRecord(size) },
  {
    what: '["€€€…"] in windows-1252, three times as large in UTF-8',
    data: (size) =>
      Buffer.concat([Buffer.from('["'), Buffer.alloc(size, Buffer.from([0x80])), Buffer.from('"]')]),
  },
  { what: '{"0":0,"0":0,…}', data: repeatedMember('"0":0') },
  { what: '{"0":[],"0":[],…}', data: repeatedMember('"0":[]') },
  { what: '{"0":{},"0":{},…}', data: repeatedMember('"0":{}') },
  { what: '{"0":{"0":{"0":{…', data: (size) => Buffer.alloc(size, '{"0":') },
  { what: '[{"a":"},{"a":"},…]', data: repeated('{"a":"},', '{"a":0}') },
]

function repeatedMember(member: string): (size: number) => Buffer {
  return (size) =>
    Buffer.concat([
      Buffer.from('{'),
      Buffer.alloc(size - (size % (member.length + 1)), `${member},`),
      Buffer.from(`${member}}`),
    ])
}

function oneRecord(size: number): Buffer {
  return Buffer.concat([Buffer.from('[{'), Buffer.alloc(size - (size % 6), '"k":0,'), Buffer.from('"k":0}]')])
}

/** Wraps records as `data` of an envelope. */
export function inEnvelope(data: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from('{"code":200,"error":null,"msg":"1 records were found","data":'),
    data,
    Buffer.from('}'),
  ])
}

/** A list of records, each as text. */
export function listOf(count: number, record: (index: number) => string): Buffer {
  return Buffer.from(`[${Array.from({ length: count }, (_, index) => record(index)).join(',')}]`)
}

/** Members of an object with keys that are unique to the record. */
export function distinctKeys(index: number, keys: number): string {
  return Array.from({ length: keys }, (_, key) => `"k${index}_${key}":${key}`).join(',')
}
