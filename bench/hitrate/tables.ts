import type { Make } from './contender.ts'
import { arc } from './contenders/arc.ts'
import { clairvoyant } from './contenders/clairvoyant.ts'
import { fifo } from './contenders/fifo.ts'
import { gdsf } from './contenders/gdsf.ts'
import { lru } from './contenders/lru.ts'
import { s3Fifo } from './contenders/s3-fifo.ts'
import { sieve } from './contenders/sieve.ts'
import { tinyLfu } from './contenders/tiny-lfu.ts'
import { weir } from './contenders/weir.ts'
import { type Outcome, replay } from './replay.ts'
import { roomsFor } from './rooms.ts'
import type { Trace } from './trace.ts'

const PEERS: Readonly<Record<string, Make>> = {
  FIFO: fifo,
  LRU: lru,
  SIEVE: sieve,
  ARC: arc,
  'S3-FIFO': s3Fifo,
  'W-TinyLFU 1 %': tinyLfu(0.01),
  'W-TinyLFU 20 %': tinyLfu(0.2),
  GDSF: gdsf,
}
// What knows one size only is left out where there are many.
const UNIT_ONLY: ReadonlySet<string> = new Set(['ARC'])

/** The first line of the table, with the one under it. */
export function heading(): string {
  const names = ['trace', 'room', 'Weir', ...Object.keys(PEERS), 'Belady', 'to Belady', 'to the best peer', 'Weir, lru-cache Mop/s']
  return `| ${names.join(' | ')} |\n|---|---:|${'---:|'.repeat(names.length - 2)}`
}

/** One line for each room of a trace: hit ratio of objects in %, of bytes too where there are sizes. Given as they come. */
export function* rows(trace: Trace): Generator<string> {
  for (const { label, size } of roomsFor(trace)) {
    const ours = replay(trace, size, weir)
    const peers = Object.entries(PEERS).map(([name, make]) => (trace.isSized && UNIT_ONLY.has(name) ? null : replay(trace, size, make)))
    const best = replay(trace, size, clairvoyant)
    const bestPeer = Math.max(...peers.map((peer) => peer?.objects ?? 0))
    const lruPerSecond = peers[Object.keys(PEERS).indexOf('LRU')]!.perSecond
    const show = (outcome: Outcome | null) => shown(outcome, trace)
    const cells = [
      ...[trace.name, label, show(ours), ...peers.map(show), show(best)],
      points(ours.objects - best.objects),
      points(ours.objects - bestPeer),
      `${millions(ours.perSecond)}, ${millions(lruPerSecond)}`,
    ]
    yield `| ${cells.join(' | ')} |`
  }
}

function shown(outcome: Outcome | null, trace: Trace): string {
  if (outcome === null) return '–'
  return trace.isSized ? `${percent(outcome.objects)} / ${percent(outcome.bytes)}` : percent(outcome.objects)
}

const percent = (ratio: number): string => (ratio * 100).toFixed(2)
const points = (difference: number): string => `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))}`
const millions = (perSecond: number): string => (perSecond / 1e6).toFixed(2)
