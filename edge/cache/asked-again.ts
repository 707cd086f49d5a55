// A kept entry's key and variant tell what its origin was asked: by them it can be asked once more, without the client that asked first.

import { Fields } from '../http/fields.ts'
import { urlOfKey } from './cache-key.ts'

/** What a key is of. */
export interface KeyedPlace {
  readonly scheme: 'http' | 'https'
  /** Host, with the port when it is not the scheme's own. */
  readonly authority: string
  readonly path: string
  readonly query: string | null
}

/** A request as a key and a variant tell it. */
export interface AskedAgain extends KeyedPlace {
  readonly fields: Fields
}

/** Why there is none: only a digest of who asked is kept, or his cookies are; a part of an answer; a key that cannot be read. */
export type Unaskable = 'identity' | 'part' | 'key'

const URL_OF_KEY = /^(https?):\/\/([^/]+)(\/[^?]*)(?:\?(.*))?$/s
const AGENT = 'weir-audit/1 (comparison of kept pages by their operator)'
/** Fields that are somebody's: an audit must not ask in his name. */
const OF_SOMEBODY: ReadonlySet<string> = new Set(['cookie', 'authorization'])

/** What a key is of; null when it cannot be read. @param key see `cacheKey` */
export function keyedPlace(key: string): KeyedPlace | null {
  const found = URL_OF_KEY.exec(urlOfKey(key))
  if (found === null) return null
  const [, scheme, authority, path, query = null] = found
  return { scheme: scheme as 'http' | 'https', authority: authority!, path: path!, query }
}

/** The request behind a kept entry. @param key see `cacheKey` @param variant see `variantOf` */
export function askedAgain(key: string, variant: string): AskedAgain | Unaskable {
  const place = keyedPlace(key)
  if (place === null) return 'key'
  const fields = Fields.of({ Host: place.authority, 'User-Agent': AGENT, Accept: '*/*' })
  const fault = addKeyed(fields, key.split('\0').slice(1)) ?? addVarying(fields, variant)
  return fault ?? { ...place, fields }
}

/** @param added as `cacheKey` wrote them: a letter with a name, and behind it the value with its length, if there was one */
function addKeyed(fields: Fields, added: readonly string[]): Unaskable | null {
  const cookies: string[] = []
  for (const [at, member] of added.entries()) {
    if (/^\d/.test(member)) continue
    const value = /^\d+:(.*)$/s.exec(added[at + 1] ?? '')?.[1]
    const name = member.slice(1)
    if (member === 'r') return 'part'
    if (member.startsWith('i') && value !== undefined) return 'identity'
    if (member.startsWith('h')) setOrDelete(fields, name, value)
    if (member.startsWith('c') && value !== undefined) cookies.push(`${name}=${value}`)
  }
  if (cookies.length > 0) fields.set('Cookie', cookies.join('; '))
  return null
}

function addVarying(fields: Fields, variant: string): Unaskable | null {
  for (const member of variant.split('\0').slice(0, -1)) {
    const colon = member.indexOf(':')
    const [name, value] = colon < 0 ? [member, undefined] : [member.slice(0, colon), member.slice(colon + 1)]
    if (value !== undefined && OF_SOMEBODY.has(name)) return 'identity'
    setOrDelete(fields, name, value)
  }
  return null
}

function setOrDelete(fields: Fields, name: string, value: string | undefined): void {
  if (value === undefined) fields.delete(name)
  else fields.set(name, value)
}
