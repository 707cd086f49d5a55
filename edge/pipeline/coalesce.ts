// Where a search meets others for the same thing: one goes on to the origin, the rest are served from what it brings, as it comes.
//
// Nobody waits more than twice: for the fetch under way, and once more for another variant of what came, or for the one new try that all who
// waited for a failed fetch make together. Who has something stale that may stand in takes that instead of the second wait.

import { EdgeError } from '../base/edge-error.ts'
import { isPromise } from '../base/is-promise.ts'
import { mayBeCoded, variedFields } from '../cache/coded-fields.ts'
import type { Entry } from '../cache/entry.ts'
import type { Leader, WaitOutcome } from '../cache/flights.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { fitsRequest, variantOf } from '../cache/variant.ts'
import { type Body, discard } from '../http/body.ts'
import { codedEntry } from './compress.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import type { Found } from './found.ts'
import { seriesOf } from './match.ts'
import { streamedPart } from './range-answer.ts'
import { ALONE, lacking, note, type Search, type Turn, unanswered } from './search.ts'
import { preparedAnswer, staleAnswer } from './stand-in.ts'
import { copyAnswer } from './static-copy.ts'
import { turnAcross, turnsOf } from './turn-across.ts'

/** A search that may wait for others. */
export interface Waiting {
  readonly search: Search
  /** What the levels had. */
  readonly found: LevelFound | null
  /** The key, or the variant of it that is known. */
  readonly flightKey: string
  /** The version of the purge table by which what it waited for was out of date; there when it was. */
  readonly after?: number
  /** How often it may still wait. */
  readonly waitsLeft: 0 | 1 | 2
}

/** The flight of one variant of a key. */
export function flightOf(key: string, variant: string): string {
  return `${key}\0v${variant}`
}

/** Waits for whoever fetches this already, or is the one who fetches. @throws EdgeError FILL_FAILED, CLIENT_GONE */
export function waitOrGo(waiting: Waiting, x: Exchange): Found | Promise<Found> {
  const { search } = waiting
  const { coalesceTimeoutMs, coalesceMaxWaiters } = search.asked.route.config.cache
  const ticket = x.tools.flights.join(fenced(waiting, x), { timeoutMs: coalesceTimeoutMs, maxWaiters: coalesceMaxWaiters }, x.wanted)
  if (ticket.role === 'leader') return lead(ticket, waiting, x)
  if (ticket.role === 'alone') return (ticket.because === 'full' ? stale(waiting, x) : null) ?? goAlone(waiting, x)
  return ticket.wait.then((outcome) => afterWaiting(outcome, afterOneWait(waiting), x))
}

function lead(flight: Leader, waiting: Waiting, x: Exchange): Found | Promise<Found> {
  const { found, search } = waiting
  const turn = { flight, waited: waitedOf(waiting) }
  const turns = turnsOf(search, x)
  if (turns === null) return unanswered(found, search, turn, x)
  return turnAcross({ turns, flight, flightKey: fenced(waiting, x), search, found }, x).then((across) => {
    if (across.kind === 'told') return afterWaiting(across.outcome, afterOneWait(waiting), x)
    return unanswered(across.found, search, { ...turn, flight: across.flight }, x)
  })
}

/** The turn of a refresh that no client waits for; null when that entry is being fetched already, here or at another edge. Never rejects. */
export async function turnToRefresh(found: LevelFound, search: Search, x: Exchange): Promise<Turn | null> {
  const { coalesceTimeoutMs, coalesceMaxWaiters } = search.asked.route.config.cache
  if (coalesceTimeoutMs === 0) return ALONE
  const flightKey = flightOf(search.key, found.entry.variant)
  const flight = x.tools.flights.leadIfFree(flightKey, { timeoutMs: coalesceTimeoutMs, maxWaiters: coalesceMaxWaiters })
  if (flight === null) return null
  const turns = turnsOf(search, x)
  if (turns === null) return { flight, waited: 'no' }
  const across = await turnAcross({ turns, flight, flightKey, search, found }, x)
  return across.kind === 'go' ? { flight: across.flight, waited: 'no' } : null
}

function afterOneWait(waiting: Waiting): Waiting {
  return { ...waiting, waitsLeft: waiting.waitsLeft === 2 ? 1 : 0 }
}

function waitedOf({ waitsLeft }: Waiting): 'no' | 'tried' {
  return waitsLeft === 2 ? 'no' : 'tried'
}

// Who comes after a purge does not wait for a fetch from before it: the same thing is a flight of another name then.
function fenced({ flightKey, search, after }: Waiting, x: Exchange): string {
  const generation = x.tools.fence.generation(search.key, search.asked.route.tags)
  const named = generation === '' ? flightKey : `${flightKey}\0p${generation}`
  return after === undefined ? named : `${named}\0a${after}`
}

// A purge overtook what was waited for: one among those who waited asks again.
function overtaken(waiting: Waiting, x: Exchange): Found | Promise<Found> {
  return waiting.waitsLeft > 0 ? waitOrGo({ ...waiting, after: x.tools.fence.table.version }, x) : goAlone(waiting, x)
}

function afterWaiting(outcome: WaitOutcome, waiting: Waiting, x: Exchange): Found | Promise<Found> {
  x.tools.metrics.coalesced(outcome.kind)
  if (outcome.kind === 'stored') return whole(outcome.entry, waiting, x)
  if (outcome.kind === 'begun') return begun(outcome, waiting, x)
  if (outcome.kind === 'left') throw new EdgeError('CLIENT_GONE')
  if (outcome.kind === 'uncacheable') return goAlone(waiting, x)
  if (outcome.kind !== 'unshared') return failed(waiting, x)
  if (waiting.waitsLeft > 0) return waitOrGo(waiting, x)
  // Two in a row: it is the page after all, and whoever comes now need not find that out by waiting.
  x.tools.flights.mark(fenced(waiting, x))
  return goAlone(waiting, x)
}

function failed(waiting: Waiting, x: Exchange): Found | Promise<Found> {
  return stale(waiting, x) ?? (waiting.waitsLeft > 0 ? waitOrGo(waiting, x) : prepared(waiting, x))
}

function begun({ arriving, body }: WaitOutcome & { readonly kind: 'begun' }, waiting: Waiting, x: Exchange): Found | Promise<Found> {
  const { entry, head } = arriving
  const { asked } = waiting.search
  const { cut } = body
  if (!x.tools.fence.mayShare(waiting.search.key, head)) {
    discard(body)
    return overtaken(waiting, x)
  }
  if (entry === null && !cut && fitsRequest(head, asked.shared)) return streaming(collapsed(head, waiting, x), body, asked, x)
  discard(body)
  if (cut && entry === null) return failed(waiting, x)
  // A short answer is whole by now: its entry answers with its length, and costs nothing to read.
  return whole(entry ?? head, waiting, x)
}

function whole(entry: Entry, waiting: Waiting, x: Exchange): Found | Promise<Found> {
  const { search, flightKey, waitsLeft } = waiting
  if (!x.tools.fence.mayShare(search.key, entry)) return overtaken(waiting, x)
  if (fitsRequest(entry, search.asked.shared)) {
    const coded = codedEntry(entry, search.key, search.asked, x)
    const answered = (sent: Entry): Found => ({ kind: 'answered', answer: collapsed(sent, waiting, x) })
    return isPromise(coded) ? coded.then(answered) : answered(coded)
  }
  // It varies, and this was another variant: the requests for ours have one flight among them too.
  if (flightKey !== search.key || waitsLeft === 0) return goAlone(waiting, x)
  return waitOrGo({ ...waiting, flightKey: flightOf(search.key, variantOf(entry.varyNames, search.asked.shared)) }, x)
}

function collapsed(entry: Entry, { search, found }: Waiting, x: Exchange): Answer {
  const { request, route } = search.asked
  note(route, 'collapsed', x)
  const reason = found === null ? 'miss' : 'stale'
  const how = { kind: 'forward', reason, forwardStatus: null, stored: 'not-stored', collapsed: 'collapsed' } as const
  return entryAnswer(request, entry, { outcome: how, servedBy: 'hit', nowMs: x.tools.clock.wallMs() }, x)
}

// Plain, whoever reads it: compressed for each of thousands on its way, a page would cost thousands of times what it costs when it is kept.
function streaming(answer: Answer, body: Body, { request, route }: Asked, x: Exchange): Found {
  if (answer.body === null) {
    discard(body)
    return { kind: 'answered', answer }
  }
  const { codings } = route.config.compress
  const fields = codings.length > 0 && mayBeCoded(answer.fields) ? variedFields(answer.fields) : answer.fields
  const sent = { ...answer, fields, body }
  const part = request.fields.has('range') ? streamedPart(request, sent, x.tools.clock.wallMs()) : null
  return { kind: 'answered', answer: part ?? sent }
}

function goAlone(waiting: Waiting, x: Exchange): Found {
  return unanswered(waiting.found, waiting.search, { flight: null, waited: waitedOf(waiting) }, x)
}

/** What is stale and may stand in; null without it. */
function stale(waiting: Waiting, x: Exchange): Found | null {
  if (waiting.found === null) return null
  const { search, found } = waiting
  const answer = staleAnswer(search.asked, lacking(found, search, { flight: null, waited: 'tried' }, x), null, x)
  if (answer === null) return null
  x.tools.metrics.looked(seriesOf(search.asked.route, x), 'expired')
  return { kind: 'answered', answer }
}

// Two fetches have failed those who waited: they do not all try for themselves, or a failing origin would get the crowd after all.
async function prepared({ search }: Waiting, x: Exchange): Promise<Found> {
  const { route } = search.asked
  const copy = await copyAnswer(search.asked, x)
  if (copy !== null) return { kind: 'answered', answer: copy }
  note(route, 'miss', x)
  const answer = preparedAnswer(route, x)
  if (answer === null) throw new EdgeError('FILL_FAILED', { retryAfterMs: route.config.degrade.retryAfterMs })
  return { kind: 'answered', answer }
}
