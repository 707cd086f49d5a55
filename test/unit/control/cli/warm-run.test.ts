import t from 'tap'
import { NO_COUNTS, type WarmWork, warmUp } from '../../../../control/cli/warm-run.ts'
import type { Page, Visit } from '../../../../control/client/page-visitor.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const PAGES: readonly Page[] = Array.from({ length: 10 }, (_, index) => ({ host: 'a.example', target: `/${index}` }))

function work(changes: Partial<WarmWork> = {}) {
  const clock = new ManualClock()
  const visited: string[] = []
  const visit = (page: Page): Promise<Visit> => {
    visited.push(page.target)
    return Promise.resolve({ kind: 'stored', status: 200 })
  }
  const rate = { count: 1_000_000, perMs: 1_000 }
  const given = { pages: PAGES, from: NO_COUNTS, rate, connections: 3, visit, clock, timers: clock, told: () => {}, stopped: () => false }
  return { clock, visited, work: { ...given, ...changes } as WarmWork }
}

/** Lets what is ready to run do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

t.test('each page is visited once, in order, and counted by what came of it', async (t) => {
  const kinds = ['hit', 'stored', 'passed'] as const
  const visited: string[] = []
  const { work: given } = work({
    visit(page) {
      visited.push(page.target)
      if (page.target === '/9') return Promise.resolve({ kind: 'failed', status: 500, sentence: 'answered 500' })
      return Promise.resolve({ kind: kinds[Number(page.target.slice(1)) % 3]!, status: 200 })
    },
  })
  t.same(await warmUp(given), { done: 10, hit: 3, stored: 3, passed: 3, failed: 1 })
  t.same(
    visited,
    PAGES.map(({ target }) => target),
  )
})

t.test('no more pages are under way than connections are given', async (t) => {
  let [now, most] = [0, 0]
  const { work: given } = work({
    async visit() {
      now += 1
      most = Math.max(most, now)
      await settle()
      now -= 1
      return { kind: 'hit', status: 200 }
    },
  })
  await warmUp(given)
  t.equal(most, 3)
})

t.test('pages begin no faster than the rate, also after a slow one', async (t) => {
  const { clock, visited, work: given } = work({ rate: { count: 10, perMs: 1_000 }, connections: 2 })
  const done = warmUp(given)
  for (let second = 0; second < 9; second += 1) {
    await settle()
    t.equal(visited.length, second + 1)
    clock.advance(100)
  }
  await settle()
  clock.advance(1_000)
  await done
  t.equal(visited.length, 10)
})

t.test('it goes on behind what an earlier run did, and begins nothing once it is stopped', async (t) => {
  let stopped = false
  const { visited, work: given } = work({
    from: { done: 4, hit: 4, stored: 0, passed: 0, failed: 0 },
    connections: 1,
    stopped: () => stopped,
    told(counts) {
      stopped = counts.done === 6
    },
  })
  t.same(await warmUp(given), { done: 6, hit: 4, stored: 2, passed: 0, failed: 0 })
  t.same(visited, ['/4', '/5'])
})
