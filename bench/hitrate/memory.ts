// What a million entries take beyond their contents, in a process of its own with nothing else in it: node --expose-gc bench/hitrate/memory.ts WHAT

import { LRUCache } from 'lru-cache'
import type { Entry } from '../../edge/cache/entry.ts'
import { Eviction } from '../../edge/cache/eviction.ts'
import { fingerprintOf } from '../../edge/cache/fingerprint.ts'
import type { Tenant } from '../../edge/cache/greedy-dual.ts'
import { MemoryLevel } from '../../edge/cache/memory-level.ts'
import { Fields } from '../../edge/http/fields.ts'

const ENTRIES = 1_000_000
const BODY_BYTES = 1_024
const START_MS = 1_800_000_000_000

/** What to fill; the first gives what the contents and their keys take, which all others have too. */
export const SUBJECTS = ['contents', 'Weir, whole level', 'Weir, eviction alone', 'lru-cache'] as const
type Subject = (typeof SUBJECTS)[number]

const keyOf = (i: number): string => `http://shop.example/product/${String(i).padStart(8, '0')}`

function used(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function entryOf(): Entry {
  const fields = Fields.of({
    'Content-Type': 'text/html; charset=utf-8',
    Date: 'Thu, 01 Jan 2026 12:00:00 GMT',
    'Cache-Control': 'max-age=60',
  })
  return {
    ...{ status: 200, fields, body: new Uint8Array(BODY_BYTES), requestedAtMs: START_MS, receivedAtMs: START_MS + 1, ageOnReceiptMs: 0 },
    ...{ lifetimeMs: 60_000, staleIfErrorMs: null, keepUntilMs: START_MS + 600_000, mustRevalidate: false, noCache: false },
    ...{ varyNames: [], variant: '', tags: [], fillSeq: 0 },
  } as Entry
}

/** Fills it, and keeps it alive by returning it. */
function fill(subject: Subject): unknown {
  if (subject === 'Weir, whole level') {
    const level = new MemoryLevel(ENTRIES * 4_096)
    for (let i = 0; i < ENTRIES; i++) level.put(keyOf(i), entryOf(), 8, START_MS)
    console.error(`counted by entryBytes: ${(level.stats().bytes / ENTRIES).toFixed(0)} bytes an entry`)
    return level
  }
  const held: unknown[] = []
  // It sets its room aside when it is made.
  const cache = subject === 'lru-cache' ? new LRUCache<string, number>({ max: ENTRIES }) : null
  const nodes = new Map<string, Tenant>()
  const eviction = new Eviction<Tenant>(ENTRIES, () => {})
  for (let i = 0; i < ENTRIES; i++) {
    const key = keyOf(i)
    // Flat, as a key from the wire is.
    const flat = Buffer.from(key, 'latin1').toString('latin1')
    held.push(flat)
    cache?.set(flat, i)
    if (subject !== 'Weir, eviction alone') continue
    const node: Tenant = { fingerprint: fingerprintOf(flat), bytes: 1, hits: 0, times: 0, age: 0, place: -1 }
    nodes.set(flat, node)
    eviction.insert(node)
  }
  return [held, cache, nodes, eviction]
}

const subject = process.argv[2] as Subject | undefined
if (subject !== undefined && SUBJECTS.includes(subject)) {
  const before = used()
  const held = fill(subject)
  const bytes = (used() - before) / ENTRIES
  if (held !== undefined) console.log(bytes.toFixed(0))
}
