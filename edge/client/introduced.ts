// What one edge tells the next of a client: its class, its verified certificate, and the limits that it has paid. The address goes its usual
// way (X-Forwarded-For, Forwarded). A structured dictionary; what cannot be read says nothing.

import type { ClientClass } from '../contract/client.ts'
import { CLIENT_FIELD } from '../contract/edge-fields.ts'
import type { Fields } from '../http/fields.ts'
import { type Dictionary, innerList, item, type Member, string, token } from '../http/structured-fields.ts'
import { parseDictionary } from '../http/structured-fields-parse.ts'
import { writeDictionary } from '../http/structured-fields-write.ts'

/** The longest field that is read. */
const MAX_FIELD = 2_048
/** The most limits that are told of. */
export const MAX_PAID = 16

/** What is told of a client. */
export interface Introduced {
  readonly class: ClientClass
  /** SHA-256 of its verified certificate as lower-case hex, or null. */
  readonly certificate: string | null
  /** Limits that it has paid, by id: who answers for the same site does not count it again. */
  readonly paid: readonly string[]
}

/** What an edge in front says of the client; null when it says nothing that can be read. */
export function introducedBy(fields: Fields): Introduced | null {
  const text = fields.get(CLIENT_FIELD)
  const told = text === undefined || text.length > MAX_FIELD ? null : parseDictionary(text)
  if (told === null) return null
  const kind = textOf(told.get('class'))
  if (kind !== 'person' && kind !== 'crawler') return null
  const certificate = textOf(told.get('certificate'))
  const known = certificate !== null && /^[0-9a-f]{64}$/.test(certificate) ? certificate : null
  return { class: kind, certificate: known, paid: listOf(told) }
}

/** The value of the field for the next edge. */
export function introduction({ class: kind, certificate, paid }: Introduced): string {
  const members = new Map<string, Member>([['class', item(token(kind))]])
  if (certificate !== null) members.set('certificate', item(string(certificate)))
  const limits = paid.slice(0, MAX_PAID).map((id) => item(string(id)))
  if (limits.length > 0) members.set('paid', innerList(limits))
  return writeDictionary(members)
}

function textOf(member: Member | undefined): string | null {
  if (member?.kind !== 'item') return null
  return member.value.type === 'token' || member.value.type === 'string' ? member.value.value : null
}

function listOf(told: Dictionary): readonly string[] {
  const paid = told.get('paid')
  if (paid?.kind !== 'inner-list') return []
  return paid.items.slice(0, MAX_PAID).flatMap((each) => textOf(each) ?? [])
}
