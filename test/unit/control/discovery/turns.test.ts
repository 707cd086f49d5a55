import t from 'tap'
import { Turns } from '../../../../control/discovery/turns.ts'
import { Abort } from '../../../../edge/base/abort.ts'
import { turns as settle } from './scripted-catalog.ts'

t.test('only so many run at once, and who waits longest is next', async (t) => {
  const turns = new Turns(2)
  const order: string[] = []
  const gates = new Map(['a', 'b', 'c', 'd'].map((name) => [name, Promise.withResolvers<void>()]))
  const runs = [...gates].map(([name, gate]) =>
    turns.run(new Abort(), async () => {
      order.push(name)
      await gate.promise
    }),
  )
  await settle()
  t.same(order, ['a', 'b'])
  t.equal(turns.waiting, 2)
  gates.get('b')?.resolve()
  await settle()
  t.same(order, ['a', 'b', 'c'])
  for (const gate of gates.values()) gate.resolve()
  await Promise.all(runs)
  t.same(order, ['a', 'b', 'c', 'd'])
})

t.test('work that fails gives its place back', async (t) => {
  const turns = new Turns(1)
  await t.rejects(
    turns.run(new Abort(), () => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
  t.equal(await turns.run(new Abort(), async () => 5), 5)
})

t.test('who gives up waits no more', async (t) => {
  const turns = new Turns(1)
  const gate = Promise.withResolvers<void>()
  const first = turns.run(new Abort(), () => gate.promise)
  const abort = new Abort()
  const second = turns.run(abort, async () => t.fail('its turn never comes'))
  abort.abort()
  await t.rejects(second, { message: 'given up' })
  t.equal(turns.waiting, 0)
  await t.rejects(
    turns.run(abort, async () => {}),
    { message: 'given up' },
  )
  gate.resolve()
  await first
  t.equal(await turns.run(new Abort(), async () => 1), 1)
})
