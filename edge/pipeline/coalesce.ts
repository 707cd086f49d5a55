// Where a search meets others for the same thing: one goes on to the origin, the rest are served from what it brings, as it comes.
//
// Nobody waits more than twice: for the fetch under way, and once more for another variant of what came, or for the one new try that all who
// waited for a failed fetch make together. Who has something stale that may stand in takes that instead of the second wait.

import { EdgeError } from '../base/edge-error.ts'
import type { Entry } from '../cache/entry.ts'
import type { WaitOutcome } from '../cache/flights.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { fitsRequest, variantOf } from '../cache/variant.ts'
import { type Body, discard } from '../http/body.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import { preparedAnswer, staleAnswer } from './forward.ts'
import type { Found } from './found.ts'
import { streamedPart } from './range-answer.ts'
import { lacking, note, type Search, unanswered } from './search.ts'
import { copyAnswer } from './static-copy.ts'

/** A search that may wait for others. */
export interface Waiting {
  readonly search: Search
  /** What the levels had. */
  readonly found: LevelFound | null
  /** The key, or the variant of it that is known. */
  readonly flightKey: string
  /** How often it may still wait. */
  readonly waitsLeft: 0 | 1 | 2
}

/** The flight of one variant of a key. */
export function flightOf(key: string, variant: string): string {
  return `${key}\0v${variant}`
}

/** Waits for whoever fetches this already, or is the one who fetches. @throws EdgeError FILL_FAILED, CLIENT_GONE */
export function waitOrGo(waiting: Waiting, x: Exchange): Found | Promise<Found> {
  const { flightKey, found, search, waitsLeft } = waiting
  const { coalesceTimeoutMs, coalesceMaxWaiters } = search.asked.route.config.cache
  const ticket = x.tools.flights.join(flightKey, { timeoutMs: coalesceTimeoutMs, maxWaiters: coalesceMaxWaiters }, x.wanted)
  const waited = waitsLeft === 2 ? 'no' : 'tried'
  if (ticket.role === 'leader') return unanswered(found, search, { flight: ticket, waited }, x)
  if (ticket.role === 'alone') return (ticket.because === 'full' ? stale(waiting, x) : null) ?? goAlone(waiting, x)
  const next = { ...waiting, waitsLeft: waitsLeft === 2 ? 1 : 0 } as const
  return ticket.wait.then((outcome) => afterWaiting(outcome, next, x))
}

function afterWaiting(outcome: WaitOutcome, waiting: Waiting, x: Exchange): Found | Promise<Found> {
  x.tools.metrics.coalesced(outcome.kind)
  if (outcome.kind === 'stored') return shared(outcome.entry, waiting, null, x)
  if (outcome.kind === 'begun') return begun(outcome, waiting, x)
  if (outcome.kind === 'left') throw new EdgeError('CLIENT_GONE')
  if (outcome.kind === 'uncacheable') return goAlone(waiting, x)
  if (outcome.kind !== 'unshared') return failed(waiting, x)
  if (waiting.waitsLeft > 0) return waitOrGo(waiting, x)
  // Two in a row: it is the page after all, and whoever comes now need not find that out by waiting.
  x.tools.flights.mark(waiting.flightKey)
  return goAlone(waiting, x)
}

function failed(waiting: Waiting, x: Exchange): Found | Promise<Found> {
  return stale(waiting, x) ?? (waiting.waitsLeft > 0 ? waitOrGo(waiting, x) : prepared(waiting, x))
}

function begun({ arriving, body }: WaitOutcome & { readonly kind: 'begun' }, waiting: Waiting, x: Exchange): Found | Promise<Found> {
  const { entry, head } = arriving
  if (entry === null && !body.cut) return shared(head, waiting, body, x)
  discard(body)
  // A short answer is whole by now: its entry answers with its length, and costs nothing to read.
  return entry === null ? failed(waiting, x) : shared(entry, waiting, null, x)
}

/** @param body of the entry, where that is still coming; null when the entry has it */
function shared(entry: Entry, waiting: Waiting, body: Body | null, x: Exchange): Found | Promise<Found> {
  const { search, found, flightKey, waitsLeft } = waiting
  const { request, route } = search.asked
  if (fitsRequest(entry, search.asked.shared)) {
    note(route, 'collapsed', x)
    const reason = found === null ? 'miss' : 'stale'
    const how = { kind: 'forward', reason, forwardStatus: null, stored: 'not-stored', collapsed: 'collapsed' } as const
    const nowMs = x.tools.clock.wallMs()
    const answer = entryAnswer(request, entry, { outcome: how, servedBy: 'hit', nowMs }, x)
    return { kind: 'answered', answer: body === null ? answer : streaming(request, answer, body, nowMs) }
  }
  discard(body)
  // It varies, and this was another variant: the requests for ours have one flight among them too.
  if (flightKey !== search.key || waitsLeft === 0) return goAlone(waiting, x)
  return waitOrGo({ ...waiting, flightKey: flightOf(search.key, variantOf(entry.varyNames, search.asked.shared)) }, x)
}

function streaming(request: Request, answer: Answer, body: Body, nowMs: number): Answer {
  if (answer.body === null) {
    discard(body)
    return answer
  }
  const whole = { ...answer, body }
  return request.fields.has('range') ? (streamedPart(request, whole, nowMs) ?? whole) : whole
}

function goAlone({ found, search, waitsLeft }: Waiting, x: Exchange): Found {
  return unanswered(found, search, { flight: null, waited: waitsLeft === 2 ? 'no' : 'tried' }, x)
}

/** What is stale and may stand in; null without it. */
function stale(waiting: Waiting, x: Exchange): Found | null {
  if (waiting.found === null) return null
  const { search, found } = waiting
  const answer = staleAnswer(search.asked, lacking(found, search, { flight: null, waited: 'tried' }, x), null, x)
  if (answer === null) return null
  x.tools.metrics.looked(search.asked.route.id, 'expired')
  return { kind: 'answered', answer }
}

// Two fetches have failed those who waited: they do not all try for themselves, or a failing origin would get the crowd after all.
async function prepared({ search }: Waiting, x: Exchange): Promise<Found> {
  const { route } = search.asked
  const copy = await copyAnswer(search.asked, x)
  if (copy !== null) return { kind: 'answered', answer: copy }
  note(route, 'miss', x)
  const answer = preparedAnswer(route)
  if (answer === null) throw new EdgeError('FILL_FAILED', { retryAfterMs: route.config.degrade.retryAfterMs })
  return { kind: 'answered', answer }
}
