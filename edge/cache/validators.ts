import { parseHttpDate } from '../http/date.ts'
import { type EntityTag, looseEntityTag } from '../http/entity-tag.ts'
import type { Fields } from '../http/fields.ts'

/** The validators of an answer, each null when it has none that can be read; fit for `evaluateConditional`. @see RFC 9110 §8.8 */
export function validatorsOf(fields: Fields): { readonly etag: EntityTag | null; readonly lastModifiedAtMs: number | null } {
  const etag = fields.get('etag')
  const lastModified = fields.get('last-modified')
  return {
    etag: etag === undefined ? null : looseEntityTag(etag),
    // Two-digit years are placed around 1970, the same for both dates that are ever compared.
    lastModifiedAtMs: lastModified === undefined ? null : parseHttpDate(lastModified, 0),
  }
}

/** Whether an answer can be validated. */
export function hasValidator(fields: Fields): boolean {
  const { etag, lastModifiedAtMs } = validatorsOf(fields)
  return etag !== null || lastModifiedAtMs !== null
}

/**
 * The validators that a client's conditions are compared with. Without Last-Modified its Date is taken: what the client got later than
 * that is not older than this.
 * @see RFC 9111 §4.3.2
 */
export function conditionValidatorsOf(fields: Fields): ReturnType<typeof validatorsOf> {
  const validators = validatorsOf(fields)
  const date = validators.lastModifiedAtMs === null && !fields.has('last-modified') ? fields.get('date') : undefined
  return date === undefined ? validators : { ...validators, lastModifiedAtMs: parseHttpDate(date, 0) }
}
