import t from 'tap'
import { HopPool, type Pooled } from '../../../edge/upstream/hop-pool.ts'
import { hopTo } from './send-one.ts'

class Job implements Pooled {
  readonly name: string
  readonly #started: string[]

  constructor(name: string, started: string[]) {
    this.name = name
    this.#started = started
  }

  dispatch(): void {
    this.#started.push(this.name)
  }
}

function start(maxConnections: number, maxQueued: number) {
  const started: string[] = []
  const pool = new HopPool(hopTo('127.0.0.1:1', { maxConnections, maxQueued }))
  t.teardown(() => pool.close())
  const enter = (name: string) => {
    const job = new Job(name, started)
    pool.enter(job)
    return job
  }
  return { pool, started, enter }
}

t.test('as many run as there are connections, the rest wait in order', async (t) => {
  const { pool, started, enter } = start(2, 2)
  const [a, b] = [enter('a'), enter('b'), enter('c'), enter('d')]
  t.same(started, ['a', 'b'])
  t.equal(pool.inFlight, 4)
  t.equal(pool.full, true)
  pool.leave(b!)
  t.same(started, ['a', 'b', 'c'])
  t.equal(pool.full, false)
  pool.leave(a!)
  t.same(started, ['a', 'b', 'c', 'd'])
})

t.test('who leaves while it waits gives its place free and is never started', async (t) => {
  const { pool, started, enter } = start(1, 1)
  const a = enter('a')
  const b = enter('b')
  t.equal(pool.full, true)
  pool.leave(b)
  t.equal(pool.full, false)
  pool.leave(a)
  t.same(started, ['a'])
  t.equal(pool.inFlight, 0)
})

t.test('without a queue, a pool whose connections are all busy is full', async (t) => {
  const { pool, enter } = start(1, 0)
  t.equal(pool.full, false)
  enter('a')
  t.equal(pool.full, true)
})

t.test('leaving twice starts nobody twice', async (t) => {
  const { pool, started, enter } = start(1, 5)
  const a = enter('a')
  enter('b')
  enter('c')
  pool.leave(a)
  pool.leave(a)
  t.same(started, ['a', 'b'])
})
