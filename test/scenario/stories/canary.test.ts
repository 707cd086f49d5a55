// A new version is let in step by step: a good one gets all traffic by itself, a bad one is sent back by itself, within its first step.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { type OriginScript, startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const STEP_MS = 2_000
const DEADLINE_MS = 60_000
/** Beside what a busy machine adds to the other version, this is slow beyond doubt. */
const SLOW_MS = 800

/** Answers 500 to three of ten requests. */
const sick = (): OriginScript => {
  let count = 0
  return () => ({ status: count++ % 10 < 3 ? 500 : 200, body: 'new' })
}
const versions = {
  old: await startOrigin(t, { body: 'old' }),
  good: await startOrigin(t, { body: 'new' }),
  bad: await startOrigin(t, sick()),
  slow: await startOrigin(t, async () => {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
    return { body: 'new' }
  }),
}
const canary = { group: 'next', steps: [20, 60, 100], stepMs: STEP_MS, minRequests: 30 }
const route = (name: keyof typeof versions) => ({
  path: `/${name}/*`,
  pool: 'old',
  cache: { store: 'off' },
  split: { by: 'cookie:uid', groups: { next: { pool: name } }, canary },
})
const control = await startControl(t, {
  site: {
    pools: Object.fromEntries(
      Object.entries(versions).map(([name, { port }]) => [name, { peers: [{ address: `127.0.0.1:${port}` }], tries: 1 }]),
    ),
    routes: { good: route('good'), bad: route('bad'), slow: route('slow') },
  },
})
const edges = [await startEdge(t, { edgeId: 'edge-1', control }), await startEdge(t, { edgeId: 'edge-2', control, workers: 2 })]

interface ShiftView {
  readonly route: string
  readonly percent: number
  readonly told: string
  readonly stage: { readonly state: string; readonly step?: number; readonly sinceMs?: number; readonly atMs?: number }
  readonly startedAtMs: number
}
const shiftOf = async (name: string) => {
  const { shifts } = JSON.parse((await control.call('GET', '/v1/traffic')).text) as { shifts: ShiftView[] }
  return shifts.find((shift) => shift.route === name)!
}

/** One request each of many users, at either edge. */
async function users(name: string, count = 60): Promise<Set<string>> {
  const seen = new Set<string>()
  const ask = async (uid: number) => {
    const edge = edges[uid % 2] as TestEdge
    const { text } = await visit(edge, `/${name}/page`, { headers: { cookie: `uid=${uid}` } })
    if (text === 'new') seen.add(String(uid))
  }
  for (let from = 0; from < count; from += 20) await Promise.all(Array.from({ length: 20 }, (_, index) => ask(from + index)))
  return seen
}

/** Visits until a shift is so. @returns it */
const visitUntil = (name: string, isSo: (shift: ShiftView) => boolean, what: string) =>
  until(
    async () => {
      await users(name)
      const shift = await shiftOf(name)
      return isSo(shift) ? shift : null
    },
    { what, deadlineMs: DEADLINE_MS },
  ) as Promise<ShiftView>

t.test('a good version is at 100 % by itself, over a restart of the control plane, and users stay with it', async (t) => {
  t.match(await control.weir('canary', 'start', 'good', '--reason', 'version 2'), { code: 0, output: /2\/2 edges/ })
  const seqs = () => Promise.all(edges.map(async (edge) => (await edge.snapshot()).switchboard.seq))
  const atFirst = Math.max(...(await seqs()))
  const first = await users('good')
  t.ok(first.size > 0 && first.size < 40, `${first.size} of 60 users have the new version at 20 %`)
  const second = await visitUntil('good', ({ stage }) => stage.step === 1, 'the second step')
  await until(async () => (await seqs()).every((seq) => seq > atFirst), { what: 'both edges to be at it', deadlineMs: DEADLINE_MS })

  await control.kill()
  t.equal((await users('good')).size, (await users('good')).size, 'without a control plane the edges go on')
  await control.start()
  const back = await shiftOf('good')
  // Both edges may have been heard already, and have brought it one step further.
  const isFurther = back.percent === 100
  t.match(back, isFurther ? {} : { percent: 60, stage: { step: 1, sinceMs: second.stage.sinceMs } }, 'and it goes on from the same step')
  const more = await users('good')
  for (const uid of first) t.ok(more.has(uid), `user ${uid} keeps the new version`)
  t.ok(more.size > first.size, `${more.size} have it now`)

  const done = await visitUntil('good', ({ stage }) => stage.state === 'done', 'the end')
  t.equal(done.percent, 100)
  // An edge that has not found back to the control plane yet is told as soon as it has.
  await until(async () => (await users('good')).size === 60, { what: 'all users to have it', deadlineMs: DEADLINE_MS })
})

t.test('versions that fail or are slow are returned by themselves in their first step, with the reason', async (t) => {
  const reasons = { bad: /% of \d+ requests failed, beside 0 %/, slow: /its p95 is \d+ ms, beside/ } as const
  const start = (name: string) => control.call('POST', `/v1/shifts/${name}`, { body: { kind: 'canary', reason: 'version 3' } })
  const judge = async (name: keyof typeof reasons) => {
    t.equal((await start(name)).status, 200)
    const back = await visitUntil(name, ({ stage }) => stage.state !== 'running', `the ${name} version to be returned`)
    t.match(back, { percent: 0, stage: { state: 'returned' }, told: reasons[name] })
    await until(async () => (await users(name)).size === 0, { what: 'every edge to serve the old version', deadlineMs: DEADLINE_MS })
  }
  await Promise.all([judge('bad'), judge('slow')])
  const { audit } = JSON.parse((await control.call('GET', '/v1/audit?limit=4')).text) as { audit: { action: string }[] }
  t.same(
    audit.map(({ action }) => action).sort(),
    ['shift.return', 'shift.return', 'shift.start', 'shift.start'],
    'neither got a second step',
  )
  for (const because of Object.values(reasons)) t.match((await control.weir('canary', 'list')).output, because)
  t.match((await control.call('GET', '/v1/troubles')).text, /"canary-returned","pool":"bad"/)
  t.match(
    (await control.weir('explain', 'http://shop.test/bad/page')).output,
    /^group +control, by who asks; its share is 100 %, set by .*returned: /m,
  )
})

t.test('a switch of pools goes in steps, and back at once', async (t) => {
  const words = ['traffic', 'switch', 'slow', '--to', 'next', '--steps', '50,100', '--every', '1s', '--reason', 'work']
  t.match(await control.weir(...words), { code: 0, output: /2\/2 edges/ })
  await until(async () => (await shiftOf('slow')).stage.state === 'done', { what: 'the switch', deadlineMs: DEADLINE_MS })
  await until(async () => (await users('slow', 20)).size === 20, { what: 'all users to be on it', deadlineMs: DEADLINE_MS })
  t.match(await control.weir('traffic', 'return', 'slow', '--reason', 'done'), { code: 0, output: /2\/2 edges/ })
  t.equal((await users('slow', 20)).size, 0)
})
