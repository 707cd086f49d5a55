// Transfer-Encoding in every spelling that one server takes and another does not, alone and beside a Content-Length.
// RFC 9112 §6.1, §6.3: both together may be refused, and whatever does not end in one `chunked` must be.

import { chunked, type Family, one, orRefused, post, refused, SMUGGLED, seenPost, type WireCase } from './wire-case.ts'

/** Field lines that a careless reader takes for `chunked`, and a strict one refuses. */
export const OBFUSCATED_CODINGS: Readonly<Record<string, string>> = {
  'a space before the colon': 'Transfer-Encoding : chunked',
  'a tab before the colon': 'Transfer-Encoding\t: chunked',
  'a space before the name': ' Transfer-Encoding: chunked',
  'a tab before the name': '\tTransfer-Encoding: chunked',
  'a NUL in the name': 'Transfer-Encoding\0: chunked',
  'a vertical tab in the name': 'Transfer-Encoding\x0b: chunked',
  'a NUL in the middle of the name': 'Transfer\0-Encoding: chunked',
  'a space in the name': 'Transfer Encoding: chunked',
  'a tab in the name': 'Transfer\tEncoding: chunked',
  'a quoted name': '"Transfer-Encoding": chunked',
  'a high byte behind the name': 'Transfer-Encoding\xa0: chunked',
  'a long s in the name': 'Tran\xc5\xbffer-Encoding: chunked',
  'a dotless i in the name': 'Transfer-Encod\xc4\xb1ng: chunked',
  'a space of no width behind the name': 'Transfer-Encoding\xe2\x80\x8b: chunked',
  'a wide colon': 'Transfer-Encoding\xef\xbc\x9a chunked',
  'a colon before the name': ':Transfer-Encoding: chunked',
  'two colons': 'Transfer-Encoding:: chunked',
  'no colon': 'Transfer-Encoding chunked',
  'an equals sign': 'Transfer-Encoding= chunked',
  'a letter before': 'Transfer-Encoding: xchunked',
  'a letter behind': 'Transfer-Encoding: chunkedx',
  'a word before': 'Transfer-Encoding: x chunked',
  'a word behind': 'Transfer-Encoding: chunked x',
  'a letter doubled': 'Transfer-Encoding: cchunked',
  'a letter too few': 'Transfer-Encoding: chunke',
  'a space within': 'Transfer-Encoding: chun ked',
  'chunked twice': 'Transfer-Encoding: chunked, chunked',
  'identity behind': 'Transfer-Encoding: chunked, identity',
  'identity before': 'Transfer-Encoding: identity, chunked',
  'identity alone': 'Transfer-Encoding: identity',
  'gzip before': 'Transfer-Encoding: gzip, chunked',
  'gzip behind': 'Transfer-Encoding: chunked, gzip',
  'gzip alone': 'Transfer-Encoding: gzip',
  'no comma between two': 'Transfer-Encoding: gzip chunked',
  'an unknown coding before': 'Transfer-Encoding: x, chunked',
  'cow before, without a space': 'Transfer-Encoding: cow,chunked',
  'double quotes': 'Transfer-Encoding: "chunked"',
  'single quotes': "Transfer-Encoding: 'chunked'",
  brackets: 'Transfer-Encoding: [chunked]',
  'a parameter': 'Transfer-Encoding: chunked;q=1',
  'a parameter without a value': 'Transfer-Encoding: chunked;a',
  'a parameter behind a space': 'Transfer-Encoding: chunked ; a=b',
  'a semicolon': 'Transfer-Encoding: chunked;',
  nothing: 'Transfer-Encoding: ',
  'not even a space': 'Transfer-Encoding:',
  'a comma': 'Transfer-Encoding: ,',
  'a comma before': 'Transfer-Encoding: ,chunked',
  'a comma behind': 'Transfer-Encoding: chunked,',
  'commas behind': 'Transfer-Encoding: chunked,,',
  'a space and a comma before': 'Transfer-Encoding:  , chunked',
  'a comma and identity in a second line': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'identity in a first line': 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
  'two lines': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'two lines of different case': 'Transfer-Encoding: chunked\r\ntransfer-encoding: chunked',
  'an unknown second line': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow',
  'an unknown first line': 'Transfer-Encoding: cow\r\nTransfer-Encoding: chunked',
  'an empty second line': 'Transfer-Encoding: chunked\r\nTransfer-Encoding:',
  'an empty first line': 'Transfer-Encoding:\r\nTransfer-Encoding: chunked',
  'two lines with another between': 'Transfer-Encoding: chunked\r\nX: y\r\nTransfer-Encoding: x',
  'a vertical tab before': 'Transfer-Encoding: \x0bchunked',
  'a vertical tab behind': 'Transfer-Encoding: chunked\x0b',
  'a form feed before': 'Transfer-Encoding: \x0cchunked',
  'a form feed behind': 'Transfer-Encoding: chunked\x0c',
  'a NUL before': 'Transfer-Encoding: \0chunked',
  'a NUL behind': 'Transfer-Encoding: chunked\0',
  'a NUL within': 'Transfer-Encoding: chu\0nked',
  'a backspace': 'Transfer-Encoding: chunkedx\x08',
  'a hard space before': 'Transfer-Encoding: \xa0chunked',
  'a hard space behind': 'Transfer-Encoding: chunked\xa0',
  'a next-line byte behind': 'Transfer-Encoding: chunked\x85',
  'a byte order mark before': 'Transfer-Encoding: \xef\xbb\xbfchunked',
  'a Kelvin sign': 'Transfer-Encoding: chun\xe2\x84\xaaed',
  'a delete byte behind': 'Transfer-Encoding: chunked\x7f',
  'folded before its value': 'Transfer-Encoding:\r\n chunked',
  'folded by a tab': 'Transfer-Encoding:\r\n\tchunked',
  'folded behind its value': 'Transfer-Encoding: chunked\r\n , identity',
  'folded in the middle': 'Transfer-Encoding: chun\r\n ked',
  'a folded line before it': 'X: y\r\n Transfer-Encoding: chunked',
  'a bare LF before it': 'X: y\nTransfer-Encoding: chunked',
  'a bare CR before it': 'X: y\rTransfer-Encoding: chunked',
  'a bare LF behind it': 'Transfer-Encoding: chunked\nX: y',
  'a bare CR behind it': 'Transfer-Encoding: chunked\rX: y',
  'a bare LF before its value': 'Transfer-Encoding:\n chunked',
  'a second CR behind it': 'Transfer-Encoding: chunked\r',
  'CR LF CR before it': 'X: y\r\n\rTransfer-Encoding: chunked',
  'LF CR before it': 'X: y\n\rTransfer-Encoding: chunked',
}

/** Spellings that mean `chunked` and nothing else (RFC 9110 §5.6.3, RFC 9112 §7). */
const VALID: Readonly<Record<string, string>> = {
  plain: 'Transfer-Encoding: chunked',
  'lower case': 'transfer-encoding: chunked',
  'upper case': 'TRANSFER-ENCODING: CHUNKED',
  'no space': 'Transfer-Encoding:chunked',
  'spaces around': 'Transfer-Encoding:     chunked  ',
}

/** The same with a tab: valid too, but there are servers that keep it as a part of the value. */
const TABBED: Readonly<Record<string, string>> = {
  'a tab': 'Transfer-Encoding:\tchunked',
  'a space and a tab behind': 'Transfer-Encoding: chunked \t',
}

/** Fields that only look like it: none of our business, and none of the origin's framing. */
const ALIKE: Readonly<Record<string, string>> = {
  'an underscore': 'Transfer_Encoding: chunked',
  'an X before': 'X-Transfer-Encoding: chunked',
  'an s behind': 'Transfer-Encodings: chunked',
  'Content-Transfer-Encoding': 'Content-Transfer-Encoding: chunked',
  'Content-Encoding': 'Content-Encoding: chunked',
  TE: 'TE: chunked',
  'a dot': 'Transfer.Encoding: chunked',
  'a letter less': 'ransfer-Encoding: chunked',
}

const HIDDEN = `0\r\n\r\n${SMUGGLED}`

function alone([name, line]: [string, string]): WireCase {
  return refused(`${name}: ${line}`, post([line], HIDDEN), [400, 501])
}

function besideLength([name, line]: [string, string]): WireCase {
  return refused(`${name}, behind a length`, post([`Content-Length: ${HIDDEN.length}`, line], HIDDEN), [400, 501])
}

function beforeLength([name, line]: [string, string]): WireCase {
  return refused(`${name}, before a length`, post([line, 'Content-Length: 5'], `5\r\nhello\r\n${HIDDEN}`), [400, 501])
}

/** Transfer-Encoding that is not one plain `chunked`. */
export const transferCodings: readonly Family[] = [
  { family: 'TE alone', cases: Object.entries(OBFUSCATED_CODINGS).map(alone) },
  {
    family: 'CL.TE: a length before an obfuscated coding',
    cases: Object.entries({ ...OBFUSCATED_CODINGS, ...VALID, ...TABBED }).map(besideLength),
  },
  {
    family: 'TE.CL: a length behind an obfuscated coding',
    cases: Object.entries({ ...OBFUSCATED_CODINGS, ...VALID, ...TABBED }).map(beforeLength),
  },
  {
    family: 'TE that is valid',
    cases: [
      ...Object.entries(VALID).map(([name, line]) => one(name, post([line], chunked(SMUGGLED)), seenPost(SMUGGLED))),
      ...Object.entries(TABBED).map(([name, line]) => orRefused(one(name, post([line], chunked(SMUGGLED)), seenPost(SMUGGLED)))),
    ],
  },
  {
    family: 'fields that look like TE',
    cases: Object.entries(ALIKE).map(([name, line]) => {
      const sees = { ...seenPost(HIDDEN), without: ['transfer_encoding', 'te'] }
      return orRefused(one(`${name}: ${line}`, post([line, `Content-Length: ${HIDDEN.length}`], HIDDEN), sees))
    }),
  },
]
