// Compression, as the line uses it: whether an answer may be compressed and for whom, and the answer then.

import { isPromise } from '../base/is-promise.ts'
import { codedFields, mayBeCoded, variedFields } from '../cache/coded-fields.ts'
import type { Entry } from '../cache/entry.ts'
import { codePassing } from '../http/answer-coding.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'

/** The entry as this client gets it, compressed where that is asked for and pays. @param key of the entry */
export function codedEntry(entry: Entry, key: string, { request, route }: Asked, x: Exchange): Entry | Promise<Entry> {
  if (!route.compresses) return entry
  const { codings, minBytes } = route.config.compress
  if (entry.status !== 200 || entry.body.byteLength < minBytes) return entry
  const { codedBodies, pressure } = x.tools
  const plain = codedBodies.plain(entry)
  if (plain === null) return entry
  // A part is a part of the plain bytes, whoever asks for it. While this worker is overloaded nothing is compressed.
  const coding = request.fields.has('range') || pressure.level > 0 ? null : codedBodies.codingFor(request.fields, codings)
  if (coding === null) return plain
  const coded = codedBodies.coded(`${key}\0v${entry.variant}`, entry, coding, x.tools.clock.wallMs())
  return isPromise(coded) ? coded.then((late) => late ?? plain) : (coded ?? plain)
}

/** An answer of the origin as this client gets it: compressed on its way. @param kept whether it is for everybody */
export function codedAnswer(answer: Answer, kept: 'stored' | 'not-stored', { request, route }: Asked, x: Exchange): Answer {
  if (!route.compresses) return answer
  const { codings, minBytes, answers } = route.config.compress
  if (answers === 'shared' && kept === 'not-stored') return answer
  const { body, fields, status } = answer
  if (status !== 200 || body === null || !mayBeCoded(fields)) return answer
  if (body.lengthBytes !== null && body.lengthBytes < minBytes) return answer
  const coding = request.method === 'HEAD' || x.tools.pressure.level > 0 ? null : x.tools.codedBodies.codingFor(request.fields, codings)
  if (coding === null) return { ...answer, fields: variedFields(fields) }
  return { ...answer, fields: codedFields(fields, coding), body: codePassing(coding, body) }
}
