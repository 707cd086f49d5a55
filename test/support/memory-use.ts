// Says what a memory level takes, from a process that does nothing else, as one line of JSON: node --expose-gc test/support/memory-use.ts MODE
// `cost BODY_BYTES`: what its entries take when it is full, as it counts and as the engine does. `churn`: how much the process grew while far more
// went through it than it holds.

import type { Entry } from '../../edge/cache/entry.ts'
import { MemoryLevel } from '../../edge/cache/memory-level.ts'
import { bytesBody, MAX_TEXT_BYTES } from '../../edge/http/body.ts'
import { Fields } from '../../edge/http/fields.ts'
import { SeededRandom } from './seeded-random.ts'

const MIB = 2 ** 20
const NOW_MS = 1_800_000_000_000
const HEAD = { status: 200, requestedAtMs: NOW_MS, receivedAtMs: NOW_MS, ageOnReceiptMs: 0, lifetimeMs: 60_000, staleIfErrorMs: null }

/** An entry with nothing shared, as they come from the wire. */
function entryOf(i: number, bodyBytes: number): Entry {
  const fields = Fields.of({
    'Content-Type': `text/html; page=${i}`,
    'Cache-Control': `max-age=${60 + i}`,
    ETag: `"${i}-abcdef0123456789"`,
  })
  const body = new Uint8Array(bodyBytes).fill(65)
  const entry = { ...HEAD, fields, body, keepUntilMs: NOW_MS + 60_000, mustRevalidate: false, noCache: false, varyNames: [], variant: '' }
  return { ...entry, tags: [`page-${i}`], fillSeq: 0 } as Entry
}

function use(): { heap: number; buffers: number } {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, buffers: arrayBuffers }
}

function cost(bodyBytes: number): object {
  const level = new MemoryLevel(32 * MIB)
  const warm = new MemoryLevel(MIB)
  for (let i = 0; i < 2_000; i++) warm.put(`warm-${i}`, entryOf(i, 10), 8, NOW_MS)
  const before = use()
  for (let i = 0; level.stats().evictions === 0; i++) {
    const entry = entryOf(i, bodyBytes)
    level.put(Buffer.from(`http://shop.example/page/${i}`).toString('latin1'), entry, 8, NOW_MS)
    if (bodyBytes > MAX_TEXT_BYTES) continue
    entry.sendable = bytesBody(entry.body)
    void entry.sendable.text
  }
  const after = use()
  const { bytes, entries } = level.stats()
  return { entries, counted: bytes, taken: after.heap + after.buffers - before.heap - before.buffers, warm: warm.stats().entries }
}

function churn(): object {
  const room = 64 * MIB
  const level = new MemoryLevel(room)
  const random = new SeededRandom(9)
  const before = process.memoryUsage()
  let [put, peakRss, peakBuffers] = [0, 0, 0]
  for (let i = 0; put < 24 * room; i++) {
    const bodyBytes = Math.round(1_000 * 400 ** random.next())
    put += bodyBytes
    // Each page comes, is asked for, grows, and is never asked for again.
    level.put(`page-${i}`, entryOf(i, 1), 8, NOW_MS)
    level.get(`page-${i}`, Fields.of(), NOW_MS, 'promote')
    level.put(`page-${i}`, entryOf(i, bodyBytes), 8, NOW_MS)
    if (i % 50 !== 0) continue
    const { rss, arrayBuffers } = process.memoryUsage()
    peakRss = Math.max(peakRss, rss - before.rss)
    peakBuffers = Math.max(peakBuffers, arrayBuffers - before.arrayBuffers)
  }
  const { bytes, evictions } = level.stats()
  return { room, put, evictions, counted: bytes, peakRss, peakBuffers, endBuffers: use().buffers - before.arrayBuffers }
}

const [mode, bodyBytes] = process.argv.slice(2)
console.log(JSON.stringify(mode === 'cost' ? cost(Number(bodyBytes)) : churn()))
