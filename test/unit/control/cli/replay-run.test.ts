import t from 'tap'
import type { ReplayRequest } from '../../../../control/cli/recorded-traffic.ts'
import { type Answered, type ReplayDone, replay } from '../../../../control/cli/replay-run.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const request = (atMs: number, changes: Partial<ReplayRequest> = {}): ReplayRequest => ({
  atMs,
  endMs: atMs + 1,
  connection: `c-${atMs}`,
  method: 'GET',
  target: `/${atMs}`,
  host: '',
  fields: [],
  body: null,
  answer: { status: 200, bytes: 0, whole: 'yes', digest: '' },
  ...changes,
})

/** A target that answers after `takesMs` of the clock. */
function run(requests: readonly ReplayRequest[], { scale = 1, atOnce = 100, takesMs = 0, stopAfter = Number.POSITIVE_INFINITY } = {}) {
  const clock = new ManualClock()
  const beganMs = clock.monotonicMs()
  const sent: [target: string, atMs: number][] = []
  const done: ReplayDone[] = []
  let open = 0
  let most = 0
  const send = async ({ target }: ReplayRequest): Promise<Answered> => {
    sent.push([target, clock.monotonicMs() - beganMs])
    open += 1
    most = Math.max(most, open)
    if (takesMs > 0) await new Promise<void>((resolve) => clock.after(takesMs, resolve))
    open -= 1
    return { outcome: { kind: 'answered', status: 200, bytes: 0, digest: '', tookMs: takesMs }, expected: null }
  }
  const told = (one: ReplayDone) => void done.push(one)
  const over = replay({ requests, scale, atOnce, send, told, clock, timers: clock, stopped: () => done.length >= stopAfter })
  const settle = async (ms: number) => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
    await clock.advanceAsync(ms, 10)
    await over
  }
  return { settle, sent, done, most: () => most }
}

t.test('each is sent when it is due, at the scale', async (t) => {
  const { settle, sent } = run([request(0), request(300), request(300), request(900)], { scale: 3 })
  await settle(400)
  t.same(sent, [
    ['/0', 0],
    ['/300', 100],
    ['/300', 100],
    ['/900', 300],
  ])
})

t.test('a slow target is asked no less, and its slowness is in the latency', async (t) => {
  const { settle, sent, done } = run([request(0), request(10), request(20)], { takesMs: 500 })
  await settle(600)
  t.same(
    sent.map(([, atMs]) => atMs),
    [0, 10, 20],
  )
  t.same(
    done.map(({ latencyMs, lateMs }) => [latencyMs, lateMs]),
    [
      [500, 0],
      [500, 0],
      [500, 0],
    ],
  )
})

t.test('work at once is bounded; what waits for room is late, and the wait is in its latency', async (t) => {
  const { settle, done, most } = run([request(0), request(0), request(0)], { atOnce: 1, takesMs: 100 })
  await settle(400)
  t.equal(most(), 1)
  t.same(
    done.map(({ latencyMs, lateMs }) => [latencyMs, lateMs]),
    [
      [100, 0],
      [200, 100],
      [300, 200],
    ],
  )
})

t.test('on a connection what was answered before comes before; what ran beside may run beside', async (t) => {
  const first = request(0, { connection: 'a', target: '/login', endMs: 10 })
  const after = request(20, { connection: 'a', target: '/after', endMs: 60 })
  const beside = request(30, { connection: 'a', target: '/beside', endMs: 60 })
  const other = request(20, { connection: 'b', target: '/other' })
  const { settle, sent } = run([first, after, other, beside], { takesMs: 100 })
  await settle(300)
  t.same(sent, [
    ['/login', 0],
    ['/other', 20],
    ['/after', 100],
    ['/beside', 100],
  ])
})

t.test('once it is stopped nothing more is begun', async (t) => {
  const { settle, sent } = run([request(0), request(100), request(60_000)], { stopAfter: 1 })
  await settle(1_000)
  t.equal(sent.length, 1)
})
