// One kept entry, compared with its origin: asked without conditions, through the same stages as any request, for nobody, and kept nowhere.

import { type AskedAgain, askedAgain, type KeyedPlace, type Unaskable } from '../cache/asked-again.ts'
import { groupMark } from '../cache/cache-key.ts'
import { isSameBody, sameValidators, statusVerdict } from '../cache/drift.ts'
import type { Entry } from '../cache/entry.ts'
import { remainingMs } from '../cache/freshness.ts'
import { CLIENT_FIELD, DEVICE_FIELD } from '../cache/key-plan.ts'
import type { HeldPlace } from '../cache/memory-level.ts'
import { variantOf } from '../cache/variant.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import { knownTarget } from '../config/target-memo.ts'
import type { AuditVerdict } from '../contract/audit.ts'
import { degradeMode } from '../degrade/degrade-mode.ts'
import { discard } from '../http/body.ts'
import { AGENT_OF, type DeviceClass } from '../http/device-class.ts'
import { Fields } from '../http/fields.ts'
import { askedOf } from './asked.ts'
import { bypassReason, keyOfTarget } from './cache-target.ts'
import { ConnectionMemory } from './connection-memory.ts'
import { type Asked, type Exchange, type Incoming, type Request, targetOf } from './exchange.ts'
import { forward } from './forward.ts'
import { mayKeep } from './may-keep.ts'
import type { Fetched } from './send-to-pool.ts'
import { keptApart } from './split.ts'
import { OWN_REASONS } from './store.ts'

/** Why an entry was not compared. */
export type AuditSkip = Unaskable | 'left' | 'purged' | 'stale' | 'no-route' | 'off' | 'mode' | 'overload' | 'rule' | 'variant'

/** What came of an entry. */
export type AuditOutcome = { readonly verdict: AuditVerdict } | { readonly skipped: AuditSkip }

const NO_FIELDS = Fields.of({})
const LOOPBACK = '127.0.0.1'

/** The request that an audit makes of a kept entry; a text says why there is none. */
export function auditIncoming({ key, variant }: HeldPlace): { readonly incoming: Incoming; readonly again: AskedAgain } | Unaskable {
  const again = askedAgain(key, variant)
  if (typeof again === 'string') return again
  const { scheme, path, query, fields } = again
  const about = { httpVersion: '1.1', body: null, peerAddress: LOOPBACK, certificate: null, upgrade: null } as const
  return { again, incoming: { method: 'GET', target: targetOf(path, query), scheme, fields, memory: new ConnectionMemory(), ...about } }
}

/** Compares an entry with its origin. @param x made of `auditIncoming` @throws EdgeError when the origin cannot be asked */
export async function auditEntry(place: HeldPlace, entry: Entry, again: AskedAgain, x: Exchange): Promise<AuditOutcome> {
  const asked = askedBy(again, place.key, x)
  if (asked === null) return { skipped: 'no-route' }
  const skipped = skipOf(place, entry, asked, x)
  if (skipped !== null) return { skipped }
  const forwarded = await forward(asked, { kind: 'miss', key: place.key, flight: null, waited: 'no' }, x)
  if (forwarded.kind === 'fetched') return { verdict: await verdictOf(entry, forwarded.fetched, asked) }
  if (forwarded.kind === 'answered') discard(forwarded.answer.body)
  return { verdict: 'error' }
}

/** The route that takes a GET of this place; null when none does. */
export function routeOf(place: KeyedPlace & { readonly fields?: Fields }, { snapshot }: Pick<Exchange, 'snapshot'>) {
  const request = requestOf({ fields: NO_FIELDS, ...place }, snapshot)
  const found = request === null ? null : snapshot.routes.match(request)
  return found?.kind === 'found' ? { request: request!, route: snapshot.plans.get(found.id)! } : null
}

// Targets that came from nobody must not push remembered ones out, so this one is not looked up: in a key it is canonical already.
function requestOf({ scheme, authority, path, query, fields }: AskedAgain, snapshot: Exchange['snapshot']): Request | null {
  const forms = snapshot.authorities.get(authority)
  if (forms === null) return null
  const known = knownTarget(targetOf(path, query), { ok: true, path, query, form: 'origin' })
  return { method: 'GET', scheme, host: forms.host, authority: forms[scheme], path, query, fields, known }
}

function askedBy(again: AskedAgain, key: string, x: Exchange): Asked | null {
  const found = routeOf(again, x)
  if (found === null) return null
  const { fields, scheme } = again
  const device = fields.get(DEVICE_FIELD.toLowerCase())
  const userAgent = device === undefined ? fields.get('user-agent') : AGENT_OF[device as DeviceClass]
  const client = fields.get(CLIENT_FIELD.toLowerCase()) === 'crawler' ? 'crawler' : 'person'
  return askedOf(
    found.request,
    { address: LOOPBACK, class: client, trustedPeer: false, viaEdge: false, introduced: null, scheme, userAgent, certificate: null },
    planOfKey(key, found.route),
  )
}

// What was kept apart for a group is compared with what that group's pool answers.
function planOfKey(key: string, route: RoutePlan): RoutePlan {
  return keptApart(route).find(({ key: rule }) => rule.group !== null && key.endsWith(groupMark(rule.group))) ?? route
}

function skipOf({ key, variant }: HeldPlace, entry: Entry, asked: Asked, x: Exchange): AuditSkip | null {
  const { route, client, shared } = asked
  // What must be validated before it is used is wrong for nobody.
  if (entry.noCache || remainingMs(entry, x.tools.clock.wallMs()) <= 0) return 'stale'
  if (bypassReason(asked, x) !== null) return 'off'
  const plan = { routeId: route.id, clientClass: client.class, config: route.config }
  if (degradeMode(plan, x.snapshot.switches, x.startedAtMs).mode !== 'normal') return 'mode'
  if (x.tools.pressure.level > 0) return 'overload'
  // Where the request that was made does not come to this entry, its answer would say nothing of it.
  if (keyOfTarget(asked) !== key) return 'rule'
  return variantOf(entry.varyNames, shared) === variant ? null : 'variant'
}

async function verdictOf(entry: Entry, fetched: Fetched, asked: Asked): Promise<AuditVerdict> {
  const { answer } = fetched
  const verdict = statusVerdict(entry, answer.status)
  const kept = verdict === 'compare' ? mayKeep(asked, { ...fetched, status: answer.status, fields: answer.fields }) : null
  const uncacheable = kept !== null && !kept.storable && !OWN_REASONS.has(kept.reason)
  if (verdict !== 'compare' || uncacheable) {
    discard(answer.body)
    return verdict === 'compare' ? 'uncacheable' : verdict
  }
  if (!(await isSameBody(entry.body, answer.body))) return 'content'
  return sameValidators(entry.fields, answer.fields) ? 'same' : 'validator'
}
