import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { GroupsError } from './raw-table.ts'

// First bytes of what spreadsheets save unless another format is chosen: a zip archive (.xlsx, .ods) and an OLE container (.xls).
const WORKBOOKS = [Buffer.from('PK\x03\x04'), Buffer.from([0xd0, 0xcf, 0x11, 0xe0])]

/**
 * The text of a groups file. Spreadsheets save CSV as UTF-8, as UTF-16 with a byte order mark, or, in Spanish and Portuguese
 * versions of Windows, as windows-1252.
 *
 * @throws GroupsError if the file is no text
 */
export function fileText(bytes: Uint8Array): string {
  if (WORKBOOKS.some((start) => start.equals(bytes.subarray(0, start.length)))) {
    throw new GroupsError('is a workbook of a spreadsheet; save it as CSV UTF-8')
  }
  // A TextDecoder removes the byte order mark of its encoding.
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes)
  if (text.includes('\0')) throw new GroupsError('contains zero bytes; save it as CSV UTF-8')
  if (/^\s*<(!doctype|html|\?xml|table)/i.test(text)) {
    throw new GroupsError('is HTML or XML; save it as CSV UTF-8')
  }
  return text
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252'
}
