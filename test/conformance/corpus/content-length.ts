// Content-Length that two readers take for two numbers. RFC 9112 §6.3: what is not digits must be refused; a list of equal values may be
// taken for one, and Weir does not.

import { declined, type Family, label, one, orRefused, post, refused, SMUGGLED, seenPost } from './wire-case.ts'

const BODY = `abc${SMUGGLED}`

/** Values that are no length. */
const VALUES: readonly string[] = [
  ...['+3', '-3', '-0', '+0', '0x3', '0X3', '0b11', '0o3', '3.0', '3.', '.3', '3e0', '1e1', '3 3', '3\t3', '1_0', '3;3', '3;a=b', '3:3'],
  ...['3,3', '3, 3', '3 , 3', '3,4', '4,3', '3,', ',3', ',', '3,,3', '"3"', "'3'", '(3)', '3a', 'a3', 'a', '3h', '#3', '3%', '3/3', '*'],
  ...['', ' ', '\t', '\x0b3', '3\x0b', '\x0c3', '3\x0c', '\x003', '3\x00', '\xa03', '3\xa0', '3\x85', '3\x7f', '\xd9\xa3', '\xc2\xb3'],
  ...['99999999999999999999', '18446744073709551619', '18446744073709551616', '9223372036854775811', '9007199254740993', '3'.repeat(300)],
  ...['NaN', 'Infinity', 'null', 'true', '3\r\n 3', '3\r\n\t', '\r\n 3', '3\n', '3\r', '3\nX: y', '3\rX: y', 'chunked'],
]

/** Lines of which none, or more than one, says how long the body is. */
export const LENGTH_LINES: Readonly<Record<string, string>> = {
  'two equal lines': 'Content-Length: 3\r\nContent-Length: 3',
  'two lines, the longer first': `Content-Length: ${BODY.length}\r\nContent-Length: 3`,
  'two lines, the shorter first': `Content-Length: 3\r\nContent-Length: ${BODY.length}`,
  'three lines': 'Content-Length: 3\r\nContent-Length: 3\r\nContent-Length: 3',
  'two lines of different case': 'Content-Length: 3\r\ncontent-length: 3',
  'two lines, one of them empty': 'Content-Length: 3\r\nContent-Length:',
  'two lines with others between': `Content-Length: 3\r\nX: y\r\nX: z\r\nContent-Length: ${BODY.length}`,
  'two lines of zero': 'Content-Length: 0\r\nContent-Length: 0',
  'a zero behind': 'Content-Length: 3\r\nContent-Length: 0',
  'a space before the colon': 'Content-Length : 3',
  'a tab before the colon': 'Content-Length\t: 3',
  'a space before the colon of a second line': 'Content-Length: 0\r\nContent-Length : 3',
  'a space before the name': ' Content-Length: 3',
  'a space before the name of a second line': 'Content-Length: 0\r\n Content-Length: 3',
  'a NUL behind the name': 'Content-Length\0: 3',
  'a vertical tab behind the name': 'Content-Length\x0b: 3',
  'a space in the name': 'Content Length: 3',
  'a quoted name': '"Content-Length": 3',
  'a colon before the name': ':Content-Length: 3',
  'no colon': 'Content-Length 3',
  'a bare LF before it': 'X: y\nContent-Length: 3',
  'a bare CR before it': 'X: y\rContent-Length: 3',
  'CR LF CR before it': 'X: y\r\n\rContent-Length: 3',
  'a folded line before it': 'X: y\r\n Content-Length: 3',
}

/** Spellings that are fine (RFC 9110 §5.6.3). */
const VALID: Readonly<Record<string, string>> = {
  plain: `Content-Length: ${BODY.length}`,
  'lower case': `content-length: ${BODY.length}`,
  'upper case': `CONTENT-LENGTH: ${BODY.length}`,
  'no space': `Content-Length:${BODY.length}`,
  'spaces around': `Content-Length:   ${BODY.length}  `,
}

/** Fields that only look like it. */
const ALIKE: readonly string[] = [
  ...['Content_Length: 3', 'X-Content-Length: 3', 'Content-Lengths: 3', 'Content.Length: 3', 'Content-Length-: 3', 'ontent-Length: 3'],
]

/** Content-Length that is not one number. */
export const contentLengths: readonly Family[] = [
  {
    family: 'CL that is no number',
    cases: VALUES.map((value) => refused(label(value), post([`Content-Length: ${value}`], BODY), [400, 413, 431])),
  },
  {
    family: 'CL in lines that are not one',
    cases: Object.entries(LENGTH_LINES).map(([name, lines]) => refused(name, post([lines], BODY), [400])),
  },
  {
    family: 'CL that is valid',
    cases: [
      ...Object.entries(VALID).map(([name, line]) => one(name, post([line], BODY), seenPost(BODY))),
      // Valid as well, but there are servers that keep the tab as a part of the value.
      orRefused(one('a tab', post([`Content-Length:\t${BODY.length}`], BODY), seenPost(BODY))),
      orRefused(one('a tab behind', post([`Content-Length: ${BODY.length} \t`], BODY), seenPost(BODY))),
      orRefused(one('zeros before', post([`Content-Length: 000${BODY.length}`], BODY), seenPost(BODY))),
      orRefused(one('many zeros before', post([`Content-Length: ${'0'.repeat(40)}${BODY.length}`], BODY), seenPost(BODY))),
      one('zero', post(['Content-Length: 0']), seenPost('')),
      orRefused(one('zeros', post(['Content-Length: 000']), seenPost(''))),
      one('none on a POST', post([]), seenPost('')),
      declined('more than the route takes', post(['Content-Length: 4294967299'], 'abc'), [400, 413]),
    ],
  },
  {
    family: 'fields that look like CL',
    cases: ALIKE.map((line) => {
      const sees = { ...seenPost(BODY), without: ['content_length'] }
      return orRefused(one(line, post([`Content-Length: ${BODY.length}`, line], BODY), sees))
    }),
  },
]
