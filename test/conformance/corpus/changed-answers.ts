import type { SeededRandom } from '../../support/seeded-random.ts'
import { CHUNKED, head, SECOND, WHOLE } from './answer-case.ts'
import { type Changes, COMMON_PIECES, changedOne } from './changed-bytes.ts'

const ANSWERS: readonly string[] = [
  WHOLE,
  CHUNKED,
  WHOLE + SECOND,
  CHUNKED + SECOND,
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${WHOLE}`,
  `${head(['Transfer-Encoding: chunked', 'Trailer: x'])}5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n`,
  `${head(['Connection: close', `Content-Length: ${SECOND.length}`])}${SECOND}`,
  `${head([])}hello`,
  `${head(['Content-Length: 5'], 'HTTP/1.0 200 OK')}hello`,
  `${head(['Content-Length: 0'], 'HTTP/1.1 204 No Content')}`,
  `${head(['ETag: "a"'], 'HTTP/1.1 304 Not Modified')}`,
]
const CHANGES: Changes = {
  places: /\r\n|\n|:|Content-Length|Transfer-Encoding|chunked|HTTP\/1\.|\d+/g,
  pieces: [
    ...COMMON_PIECES,
    ...['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', 'HTTP/1.0 ', '204', '304', SECOND],
  ],
}

/** The bytes of an answer, valid but for a few changes, some with another behind them. */
export function changedAnswer(random: SeededRandom): Buffer {
  return changedOne(ANSWERS, CHANGES, random)
}
