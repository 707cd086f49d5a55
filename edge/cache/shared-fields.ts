// The shared request: the fields of a request as the cache and the origin of a cacheable request both see them. Keys and variants are made from it and
// it is what is sent, so whatever the origin builds its answer from is what the answer is kept under.

import { canonicalCodings } from '../http/accept-encoding.ts'
import { lookupLanguage } from '../http/accept-language.ts'
import { cookiePairs, cookieValue } from '../http/cookie.ts'
import { AGENT_OF, type DeviceClass } from '../http/device-class.ts'
import { Fields } from '../http/fields.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { CLIENT_FIELD, DEVICE_FIELD, type KeyedValue, type KeyPlan } from './key-plan.ts'

/** What the rule may ask of a client beside its fields. */
export interface Asker {
  readonly class: string
  readonly device: DeviceClass
}

// What passes where nothing unkeyed may: what the edge itself reads or makes anew, what answers are negotiated by in a spelling of ours,
// and credentials and conditions, whose answers are not kept (see `unkeyedField`).
const ALWAYS_PASSED: ReadonlySet<string> = new Set([
  ...['host', 'cdn-loop', 'traceparent', 'accept-encoding', 'cookie', 'authorization', 'if-match', 'if-unmodified-since'],
])

/** The fields of a shared request. @param asker called only where the rule asks */
export function sharedFields(request: Fields, plan: KeyPlan, asker: () => Asker): Fields {
  if (plan.asItCame) return request
  // First, so that no client can key a field and have it taken away on the road (RFC 9110 §7.6.1).
  const lines = withoutHopByHop(request).lines
  const shared = Fields.adopt(plan.unkeyed.headers === 'strip' ? passed(lines, plan) : [...lines])
  for (const value of plan.headers) alike(shared, value)
  negotiate(shared, plan)
  shareCookies(shared, plan)
  if (plan.device === 'yes' || plan.client === 'yes') tellClasses(shared, plan, asker())
  return shared
}

/** A value as the rule wants it. */
export function valueAlike(value: string, rule: Pick<KeyedValue, 'take' | 'case' | 'oneOf'>): string {
  const cut = rule.take === 'first' ? value.trimStart().split(/[,; \t]/, 1)[0]! : value
  const cased = rule.case === 'lower' ? cut.toLowerCase() : cut
  return rule.oneOf === null || rule.oneOf.has(cased) ? cased : 'other'
}

function passed(lines: readonly string[], plan: KeyPlan): string[] {
  const kept: string[] = []
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i]!.toLowerCase()
    const language = name === 'accept-language' && plan.languages.length > 0
    if (ALWAYS_PASSED.has(name) || language || plan.known.has(name)) kept.push(lines[i]!, lines[i + 1]!)
  }
  return kept
}

function alike(shared: Fields, rule: KeyedValue): void {
  const value = shared.get(rule.name)
  if (value === undefined) return
  const told = valueAlike(value, rule)
  if (told !== value) shared.set(rule.written, told)
}

function negotiate(shared: Fields, { codings, languages, unkeyed, known }: KeyPlan): void {
  if (shared.has('accept-encoding')) shared.set('Accept-Encoding', canonicalCodings(shared.getAll('accept-encoding'), codings))
  if (languages.length > 0) shared.set('Accept-Language', lookupLanguage(shared.getAll('accept-language'), languages))
  if (unkeyed.headers === 'strip' && !known.has('user-agent')) shared.set('User-Agent', AGENT_OF.other)
}

function shareCookies(shared: Fields, { cookies, identity, unkeyed, droppedCookies }: KeyPlan): void {
  const lines = shared.getAll('cookie')
  if (lines.length === 0) return
  const keyed = new Map<string, string | undefined>()
  for (const rule of cookies) {
    const value = cookieValue(lines, rule.name)
    keyed.set(rule.name, value === undefined ? undefined : valueAlike(value, rule))
  }
  if (identity?.kind === 'cookie') keyed.set(identity.name, cookieValue(lines, identity.name))
  // Each keyed cookie once: of two, key and origin might read different ones.
  const pairs = [...keyed].filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`)
  const others = unkeyed.cookies === 'strip' ? [] : cookiePairs(lines).filter(([name]) => !keyed.has(name) && !droppedCookies.has(name))
  pairs.push(...others.map(([, pair]) => pair))
  shared.delete('cookie')
  if (pairs.length > 0) shared.append('Cookie', pairs.join('; '))
}

function tellClasses(shared: Fields, { device, client }: KeyPlan, asker: Asker): void {
  if (client === 'yes') shared.set(CLIENT_FIELD, asker.class)
  if (device === 'no') return
  shared.set(DEVICE_FIELD, asker.device)
  shared.set('User-Agent', AGENT_OF[asker.device])
  for (const name of hintsIn(shared)) shared.delete(name)
}

/** Client hints, each of which tells more of the device than its class. */
function hintsIn(shared: Fields): string[] {
  return [...shared].map(([name]) => name.toLowerCase()).filter((name) => name.startsWith('sec-ch-'))
}
