import t from 'tap'
import { BodyPace } from '../../../edge/server/body-pace.ts'

const TERMS = { bodyTimeoutMs: 1_000, minBodyBytesPerSecond: 100, requestTimeoutMs: 60_000 }

t.test('silence has an end, and each byte begins it anew', async (t) => {
  const pace = new BodyPace(5_000)
  t.equal(pace.lateness(6_000, TERMS), null)
  t.match(pace.lateness(6_001, TERMS), { code: 'REQUEST_TIMEOUT', detail: { silentMs: 1_000 } })
  pace.came(10_000, 6_000)
  t.equal(pace.lateness(7_000, TERMS), null)
  t.ok(pace.lateness(7_001, TERMS))
})

t.test('a trickle is too slow after a grace', async (t) => {
  const pace = new BodyPace(0)
  for (let atMs = 500; atMs <= 1_000; atMs += 500) pace.came(1, atMs)
  t.equal(pace.lateness(1_000, TERMS), null)
  pace.came(1, 1_500)
  t.match(pace.lateness(1_500, TERMS), { detail: { bytes: 3, takenMs: 1_500 } })
  pace.came(147, 1_500)
  t.equal(pace.lateness(1_500, TERMS), null)
  t.equal(new BodyPace(0).lateness(900, { ...TERMS, minBodyBytesPerSecond: 0 }), null)
})

t.test('the whole has an end too', async (t) => {
  const pace = new BodyPace(0)
  pace.came(1_000_000_000, 60_000)
  t.equal(pace.lateness(60_000, TERMS), null)
  t.match(pace.lateness(60_001, TERMS), { detail: { takenMs: 60_001 } })
})

t.test('while nobody waits for the client, nothing counts against it', async (t) => {
  const pace = new BodyPace(0)
  pace.came(100, 500)
  pace.rest(20_000)
  t.equal(pace.lateness(20_500, TERMS), null)
  pace.came(50, 20_900)
  t.equal(pace.lateness(21_000, TERMS), null, '150 bytes in the 1.5 s that were waited')
  t.ok(pace.lateness(21_010, TERMS))
})
