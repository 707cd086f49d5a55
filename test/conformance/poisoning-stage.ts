// Attacks on what a cache keeps: the attacker asks first, then a clean client asks for the page, and must get nothing of the attacker's. Each attack is
// tried on a careless cache too, where it must succeed: what harms nobody there proves nothing here.

import type { Test } from 'tap'
import { startEdge, type TestEdge } from '../support/edge.ts'
import { type ScriptedOrigin, startOrigin } from '../support/origin.ts'
import { type WireAnswer, WireClient } from '../support/wire-client.ts'
import { startCarelessCache } from './careless-cache.ts'
import { gullibleAnswer, MARK } from './gullible-origin.ts'

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
/** Where nothing else is said: the rule that a site has by itself. */
const STANDARD = 'shop.example'

/** An attack, and the clean request that comes behind it. */
export interface Attack {
  readonly name: string
  /** The whole request of the attacker, and those that follow. @param at a page of its own, below the kind of page that it is about */
  readonly attack: (at: string) => string | readonly string[]
  /** The clean request; the page itself unless said otherwise. */
  readonly victim?: (at: string) => string
  /** The kind of page; see `gullible-origin.ts`. */
  readonly page?: string
  /** Whether the clean client was harmed; by the mark, or by an answer that is none, unless said otherwise. */
  readonly harmed?: (answer: WireAnswer) => boolean
}

/** Edge, careless cache, and the origin behind both. */
export interface Stage {
  readonly edge: TestEdge
  readonly origin: ScriptedOrigin
  readonly carelessPort: number
}

/** Starts a stage. @param caches the rule of each host, beside the standard one */
export async function openPoisoningStage(t: Test, caches: Readonly<Record<string, object>> = {}, bootstrap: object = {}): Promise<Stage> {
  const origin = await startOrigin(t, gullibleAnswer)
  const rules = Object.entries({ [STANDARD]: {}, 'other.example': {}, ...caches })
  const routes = rules.map(([host, cache], at) => [`r${at}`, { hosts: [host], pool: 'origin', cache: { crawlerFills: 'all', ...cache } }])
  const edge = await startEdge(t, {
    site: { pools: { origin: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: Object.fromEntries(routes) },
    bootstrap: { ...bootstrap },
  })
  return { edge, origin, carelessPort: await startCarelessCache(t, origin.port) }
}

/** A request as text. @param lines names and values beside Host and User-Agent, which they may replace */
export function get(target: string, lines: Readonly<Record<string, string | readonly string[]>> = {}, method = 'GET'): string {
  const fields = Object.entries({ Host: STANDARD, 'User-Agent': BROWSER, ...lines })
  const text = fields.flatMap(([name, value]) => [value].flat().map((line) => `${name}: ${line}\r\n`))
  return `${method} ${target} HTTP/1.1\r\n${text.join('')}\r\n`
}

/** Sends a request over a connection of its own. @returns the answer, or null where the connection ends without one */
export async function send(port: number, text: string): Promise<WireAnswer | null> {
  const client = await WireClient.connect(null, port, { methods: [text.slice(0, text.indexOf(' '))] })
  try {
    client.send(text)
    await client.comes(() => client.answers.length > 0 || client.end !== 'open' || client.fault !== null)
    return client.answers[0] ?? null
  } finally {
    client.socket.destroy()
  }
}

/** An answer as one text. */
export function textOf({ message, text }: WireAnswer): string {
  return [message.startLine, ...message.fields.map(([name, value]) => `${name}: ${value}`), text].join('\n')
}

/** Each attack has a page of its own. */
let pages = 0

const bears = (answer: WireAnswer) => textOf(answer).toLowerCase().includes(MARK) || answer.status >= 400

/** Tries each attack on the careless cache, which must fall, and on the edge, which must not. */
export function tryAttacks(t: Test, stage: Stage, attacks: readonly Attack[]): void {
  for (const { name, attack, victim = (at: string) => get(at), page = 'page', harmed = bears } of attacks) {
    pages += 1
    const at = `/${page}/${pages}`
    t.test(name, async (t) => {
      const outcome = async (port: number) => {
        for (const text of [attack(at)].flat()) await send(port, text)
        return send(port, victim(at))
      }
      const careless = await outcome(stage.carelessPort)
      t.ok(careless !== null && harmed(careless), 'it is an attack')
      const clean = await outcome(stage.edge.port)
      t.ok(clean !== null && clean.status < 400, 'the clean client is served')
      t.notOk(clean !== null && harmed(clean), clean === null ? '' : textOf(clean).slice(0, 300))
    })
  }
}
