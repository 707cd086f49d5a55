import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import { currentAgeMs, remainingMs } from '../../../edge/cache/freshness.ts'
import { isFresh, isReady, makeReady, readyOf } from '../../../edge/cache/ready.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

/** An answer of memory without a body of its own. */
const ANSWER = { lines: Fields.of({ Age: '0' }).shared, body: null }

/** What the fields of an answer tell of time: Age and ttl in whole seconds. */
function told(entry: Entry, nowMs: number): string {
  return `${Math.floor(currentAgeMs(entry, nowMs) / 1_000)} ${Math.floor(remainingMs(entry, nowMs) / 1_000)}`
}

t.test('an answer stands ready as long as its Age and ttl are what they were, to the millisecond', async (t) => {
  for (const changes of [
    {},
    { ageOnReceiptMs: 437 },
    { lifetimeMs: 9_700 },
    { ageOnReceiptMs: 250.5, lifetimeMs: 3_999.25 },
    { lifetimeMs: 0 },
  ]) {
    for (let atMs = RECEIVED_AT_MS; atMs < RECEIVED_AT_MS + 12_000; atMs += 613) {
      const entry = makeEntry(changes)
      const { fromMs, forMs } = makeReady(entry, ANSWER, atMs)
      const lastMs = fromMs + forMs
      t.equal(fromMs, atMs)
      for (let ms = atMs; ms <= atMs + 1_000; ms++) {
        if (told(entry, ms) === told(entry, atMs) || ms > lastMs) continue
        t.fail(`told ${told(entry, atMs)} at ${ms - RECEIVED_AT_MS}, when it was ${told(entry, ms)}`)
        break
      }
      t.ok(told(entry, lastMs + 2) !== told(entry, atMs), 'and not much less long')
      t.equal(readyOf(entry, lastMs)?.of, entry)
      t.equal(readyOf(entry, lastMs + 1), null)
    }
  }
})

t.test('while it is ready it is fresh, and nobody may want to fetch it anew', async (t) => {
  const entry = makeEntry({ requestedAtMs: RECEIVED_AT_MS - 20 })
  // Fetched in 20 ms: from 18 × 2 × 20 ms before its end on, a lot is drawn at each hit.
  const edgeMs = RECEIVED_AT_MS + 10_000 - 720
  makeReady(entry, ANSWER, edgeMs - 200)
  t.ok(isReady(entry, edgeMs - 1))
  t.notOk(isReady(entry, edgeMs))
  t.ok(readyOf(entry, edgeMs), 'its fields are true all the same')
  t.ok(isFresh(entry, edgeMs))
  t.notOk(isFresh(entry, RECEIVED_AT_MS + 10_000))
})

t.test('a stale answer stands ready too, and is not taken for a fresh one', async (t) => {
  const entry = makeEntry()
  const nowMs = RECEIVED_AT_MS + 20_300
  makeReady(entry, ANSWER, nowMs)
  t.ok(readyOf(entry, nowMs + 100))
  t.notOk(isReady(entry, nowMs + 100))
  t.notOk(isFresh(entry, nowMs + 100))
})

t.test('what must not be used unasked is never ready', async (t) => {
  const entry = makeEntry({ noCache: true })
  makeReady(entry, ANSWER, RECEIVED_AT_MS)
  t.notOk(isReady(entry, RECEIVED_AT_MS))
})

t.test('it holds for its own entry and times not before it', async (t) => {
  const entry = makeEntry()
  makeReady(entry, ANSWER, RECEIVED_AT_MS + 500)
  t.ok(isReady(entry, RECEIVED_AT_MS + 500))
  t.notOk(isReady({ ...entry, lifetimeMs: 0 }, RECEIVED_AT_MS + 500), 'a copy with another lifetime')
  t.equal(readyOf({ ...entry }, RECEIVED_AT_MS + 500), null)
  t.notOk(isReady(entry, RECEIVED_AT_MS + 499), 'a clock that was set back')
})
