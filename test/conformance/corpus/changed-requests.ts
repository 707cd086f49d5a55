import type { SeededRandom } from '../../support/seeded-random.ts'
import { type Changes, COMMON_PIECES, changedOne } from './changed-bytes.ts'

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n'
const REQUESTS: readonly string[] = [
  'GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n',
  'GET http://a/a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X\r\nX: y\r\n\r\n',
  `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`,
  'PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n',
  `POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello${HIDDEN}`,
  `DELETE /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello${HIDDEN}`,
  `GET /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello${HIDDEN}`,
  `GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${HIDDEN}`,
]
const CHANGES: Changes = {
  places: /\r\n|\n|:|Content-Length|Transfer-Encoding|chunked|Host| HTTP|\d+/g,
  pieces: [
    ...COMMON_PIECES,
    ...['Content_Length: 5\r\n', 'TE: chunked\r\n', 'Host: b\r\n', 'Host:\r\n', 'Expect: 100-continue\r\n', HIDDEN],
  ],
}

/** The bytes of a request, valid but for a few changes, with another hidden in or behind it. */
export function changedRequest(random: SeededRandom): Buffer {
  return changedOne(REQUESTS, CHANGES, random)
}
