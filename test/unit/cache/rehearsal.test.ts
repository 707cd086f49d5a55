import t from 'tap'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'
import { Rehearsal } from '../../../edge/cache/rehearsal.ts'

t.test('it tells hits from misses and never holds more than its room', async (t) => {
  const rehearsal = new Rehearsal('recent', 100)
  t.notOk(rehearsal.ask(1, 10))
  t.ok(rehearsal.ask(1, 10))
  for (let i = 2; i < 50; i++) rehearsal.ask(i, 10)
  t.same([rehearsal.count, rehearsal.meanBytes], [10, 10])
  t.notOk(rehearsal.ask(99, 101), 'what is larger than the room')
  t.notOk(rehearsal.ask(99, 101), 'is not kept')
})

t.test('with half the sample it goes on in half the room', async (t) => {
  const rehearsal = new Rehearsal('recent', 1_000)
  const all = Array.from({ length: 1_000 }, (_, i) => fingerprintOf(`k${i}`))
  for (const fingerprint of all) rehearsal.ask(fingerprint, 1)
  rehearsal.halve((fingerprint) => fingerprint >= 0)
  t.ok(rehearsal.count > 400 && rehearsal.count <= 500)
  t.notOk(rehearsal.ask(all.find((fingerprint) => fingerprint < 0)!, 1))
})
