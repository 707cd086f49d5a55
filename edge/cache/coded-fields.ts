// The fields of an answer that the edge compresses for clients who take it so.

import type { AnswerCoding } from '../contract/compress.ts'
import { parseCacheControl } from '../http/cache-control.ts'
import { weakened } from '../http/entity-tag.ts'
import type { Fields } from '../http/fields.ts'
import { isCompressible } from './body-coding.ts'

/** What speaks of the plain bytes. */
const ABOUT_PLAIN_BYTES: readonly string[] = ['content-length', 'content-md5', 'accept-ranges', 'content-digest', 'repr-digest', 'digest']
const NAMED_ALREADY = /(?:^|,)\s*(?:accept-encoding|\*)\s*(?:,|$)/i

/** Whether an answer may be compressed on the way: text without a coding, of an origin that does not forbid it (RFC 9111 §5.2.2.6). */
export function mayBeCoded(fields: Fields): boolean {
  return isCompressible(fields) && !parseCacheControl(fields.getAll('cache-control')).noTransform
}

/** The fields of the compressed answer: what spoke of the plain bytes is gone, and its validator is weak (RFC 9110 §8.8.1). */
export function codedFields(plain: Fields, coding: AnswerCoding): Fields {
  const fields = variedFields(plain)
  for (const name of ABOUT_PLAIN_BYTES) fields.delete(name)
  fields.set('Content-Encoding', coding)
  const tag = fields.get('etag')
  if (tag !== undefined) fields.set('ETag', weakened(tag))
  return fields
}

/** The fields of the plain answer, where others get it compressed: caches on the way must know (RFC 9110 §12.5.5). */
export function variedFields(plain: Fields): Fields {
  const fields = plain.clone()
  const vary = fields.getAll('vary').join(', ')
  if (!NAMED_ALREADY.test(vary)) fields.set('Vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`)
  return fields
}
