// Fields that frame an answer, spelled as in the corpus of requests: who guesses at them ends the answer elsewhere, and the next client
// gets what is left. RFC 9112 §5.1, §6.1, §6.3.

import { type AnswerFamily, BODY, bad, badOrWhole, head, SECOND, whole, wholeAndLast } from './answer-case.ts'
import { LENGTH_LINES } from './content-length.ts'
import { OBFUSCATED_CODINGS } from './transfer-coding.ts'

const CHUNKS = `5\r\n${BODY}\r\n0\r\n\r\n`
const LENGTH = `Content-Length: ${BODY.length}`
/** Lines that are the same number again and again, which RFC 9112 §6.3 lets a recipient take for one. */
const EQUAL = /^(?:two equal lines|three lines|two lines of different case|two lines of zero)$/

const codings = Object.entries(OBFUSCATED_CODINGS)
const lengths = Object.entries(LENGTH_LINES).filter(([name]) => !EQUAL.test(name))

/** Answers whose framing is spelled oddly, or named by other fields. */
export const answerFields: readonly AnswerFamily[] = [
  { family: 'TE alone', cases: codings.map(([name, line]) => bad(name, head([line]) + CHUNKS, 'fin')) },
  { family: 'TE behind a length', cases: codings.map(([name, line]) => bad(name, head([LENGTH, line]) + BODY + SECOND)) },
  { family: 'TE before a length', cases: codings.map(([name, line]) => bad(name, head([line, LENGTH]) + CHUNKS + SECOND)) },
  { family: 'CL in lines that are not one', cases: lengths.map(([name, line]) => bad(name, head([line]) + BODY + SECOND, 'fin')) },
  {
    family: 'fields of the connection',
    cases: [
      whole('a length that Connection names', head(['Connection: Content-Length', LENGTH]) + BODY),
      whole('a coding that Connection names', head(['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked']) + CHUNKS),
      whole('closed is not close', head(['Connection: closed', LENGTH]) + BODY),
      whole('HTTP/1.0 and keep-alive', head(['Connection: keep-alive', LENGTH], 'HTTP/1.0 200 OK') + BODY),
      wholeAndLast('close among others', head(['Connection: x, Close ,y', LENGTH]) + BODY),
      wholeAndLast('close in a second line', head(['Connection: keep-alive', 'Connection: close', LENGTH]) + BODY),
      wholeAndLast('keep-alive for no time', head(['Keep-Alive: timeout=0', LENGTH]) + BODY),
      wholeAndLast('HTTP/1.0 without a word', head([LENGTH], 'HTTP/1.0 200 OK') + BODY),
      badOrWhole('an Upgrade beside a 200', head(['Connection: upgrade', 'Upgrade: h2c', LENGTH]) + BODY),
    ],
  },
]
