// Why an exchange went as it did. Stages write here and nowhere read it to decide: it makes the access log line, the answer to
// "who refused me", and the debug field for authorised callers.

import type { Mode } from '../contract/degrade.ts'
import type { Quota } from '../limit/limit-fields.ts'
import type { RouteSeries } from '../route/route-series.ts'
import type { Hsts } from './hsts.ts'

/** Where an answer came from. */
export type ServedBy = 'hit' | 'stale' | 'static' | 'origin' | 'edge' | 'fallback'

/** The why-tokens of one exchange. */
export interface Why {
  revision: number
  route: string
  /** Where that route is counted; null before there is one. */
  series: RouteSeries | null
  clientClass: string
  clientAddress: string
  /** Whether an edge in front of this one asks: its answer says of which purges it knows. */
  viaEdge: boolean
  /** The purges that the answer is known to be newer than; null for what nobody keeps. */
  asOfPurge: number | null
  /** The group of the route; empty on a route without groups. */
  group: string
  /** What put it there. */
  groupBy: '' | 'rule' | 'crawler' | 'cohort' | 'chance' | 'fuse'
  mode: Mode
  /** The switch that set the mode. */
  switchId: string
  /** What the limits left, as the log and the client are told. */
  quota: Quota | null
  /** What browsers are told about https; null where the route says nothing of it. */
  hsts: Hsts | null
  /** Outcome of the cache: hit-l1, hit-l2, stale, miss, bypass …, with its reason. */
  cache: string
  pool: string
  peer: string
  /** The peer that the client is bound to by a cookie that need not be given anew, or nothing; null where its pool gives no cookies. */
  sticky: string | null
  tries: number
  /** What each try but the last came to: faults and statuses; `no-budget` where another would have followed. */
  retries: string
  /** What came of asking a second peer because the first was slow. */
  hedge: '' | 'sent' | 'won' | 'no-budget'
  /** Items in the bulk request whose answer has this one; 0 where it was asked for alone. */
  batched: number
  servedBy: ServedBy
  /** Code of the fault, when one decided the answer. */
  fault: string
}

/** Tokens of an exchange that has just begun. */
export function newWhy(revision: number): Why {
  return {
    revision,
    route: '',
    series: null,
    clientClass: '',
    clientAddress: '',
    viaEdge: false,
    asOfPurge: null,
    group: '',
    groupBy: '',
    mode: 'normal',
    switchId: '',
    quota: null,
    hsts: null,
    cache: '',
    pool: '',
    peer: '',
    sticky: null,
    tries: 0,
    retries: '',
    hedge: '',
    batched: 0,
    servedBy: 'edge',
    fault: '',
  }
}
