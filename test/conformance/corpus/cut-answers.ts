// Answers cut off behind each of their bytes, in order and by a reset. None of them may look whole to the client (RFC 9112 §8).

import { type AnswerCase, type AnswerFamily, BODY, bad, CHUNKED, cut, type Ends, head, WHOLE, whole, wholeAndLast } from './answer-case.ts'

const UNTIL_CLOSE = head([]) + BODY
const TRAILERS = CHUNKED.replace(/\r\n\r\n$/, '\r\nX: y\r\n\r\n')

function cutAt(answer: string, at: number, ends: Ends): AnswerCase {
  const bytes = answer.slice(0, at)
  const name = `behind ${at} of ${answer.length} bytes`
  if (at === answer.length) return { ...whole(name, bytes, ends), allowed: ends === 'reset' ? ['whole', 'cut', 'bad-gateway'] : ['whole'] }
  return bytes.includes('\r\n\r\n') ? cut(name, bytes, ends) : bad(name, bytes, ends)
}

// Without a length, the end of the connection is the end of the body, unless it is a reset.
function cutUntilClose(at: number, ends: Ends): AnswerCase {
  if (at < head([]).length || ends === 'reset') return cutAt(`${UNTIL_CLOSE} `, at, ends)
  const bytes = UNTIL_CLOSE.slice(0, at)
  return { ...wholeAndLast(`behind ${at} bytes`, bytes, ends), body: bytes.slice(head([]).length) }
}

const everywhere = (answer: string, cutOne: (at: number) => AnswerCase) => Array.from({ length: answer.length + 1 }, (_, at) => cutOne(at))

const ENDS: Readonly<Record<'fin' | 'reset', string>> = { fin: 'closed in order', reset: 'reset' }

/** Answers cut off. */
export const cutAnswers: readonly AnswerFamily[] = (Object.entries(ENDS) as ['fin' | 'reset', string][]).flatMap(([ends, how]) => [
  { family: `by length, ${how}`, cases: everywhere(WHOLE, (at) => cutAt(WHOLE, at, ends)) },
  { family: `in chunks, ${how}`, cases: everywhere(CHUNKED, (at) => cutAt(CHUNKED, at, ends)) },
  { family: `in chunks with trailers, ${how}`, cases: everywhere(TRAILERS, (at) => cutAt(TRAILERS, at, ends)) },
  { family: `until the close, ${how}`, cases: everywhere(UNTIL_CLOSE, (at) => cutUntilClose(at, ends)) },
])
