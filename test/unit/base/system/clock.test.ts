import { MessageChannel } from 'node:worker_threads'
import t from 'tap'
import { systemClock, systemRandom, systemTimers } from '../../../../edge/base/system/clock.ts'

t.test('the wall clock is a date, the other one never goes back', async (t) => {
  t.ok(systemClock.wallMs() > Date.UTC(2026, 0, 1))
  const before = systemClock.monotonicMs()
  t.ok(systemClock.monotonicMs() >= before)
})

/** Keeps the test alive, since the timers do not. */
function stayAlive(): () => void {
  const { port1 } = new MessageChannel()
  port1.on('message', () => {})
  return () => port1.close()
}

t.test('a timer runs once, a repeating one again and again, a cancelled one never', async (t) => {
  t.teardown(stayAlive())
  let ran = 0
  let cancelled = 0
  systemTimers.after(1, () => cancelled++)()
  await new Promise<void>((resolve) => systemTimers.after(1, resolve))
  await new Promise<void>((resolve) => {
    const stop = systemTimers.every(1, () => {
      ran += 1
      if (ran === 3) {
        stop()
        resolve()
      }
    })
  })
  t.equal(cancelled, 0)
  t.equal(ran, 3)
})

t.test('chance is a number below 1, and hex of the wanted length', async (t) => {
  const number = systemRandom.next()
  t.ok(number >= 0 && number < 1)
  t.match(systemRandom.hex(8), /^[0-9a-f]{16}$/)
  t.not(systemRandom.hex(16), systemRandom.hex(16))
})

t.test('hex never comes twice, whatever the pool behind it does', async (t) => {
  const seen = new Set<string>()
  for (let i = 0; i < 5_000; i += 1) seen.add(systemRandom.hex(8))
  t.equal(seen.size, 5_000)
  t.match([...seen][0]!, /^[0-9a-f]{16}$/)
  t.throws(() => systemRandom.hex(10_000), RangeError)
})
