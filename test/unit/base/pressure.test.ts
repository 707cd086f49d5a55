import t from 'tap'
import { Pressure, type PressureReadings } from '../../../edge/base/pressure.ts'

const CONFIG = { loopDelayMs: 200, heapRatio: 0.85, maxInFlight: 1_000, bufferMaxBytes: 100_000, retryAfterMs: 2_000 }
const QUIET: PressureReadings = { loopDelayMs: 0, heapRatio: 0, inFlight: 0, bufferedBytes: 0 }

/** A pressure whose readings come every 100 ms; the clock begins far from 0. */
function made(config = CONFIG) {
  const pressure = new Pressure(config)
  let nowMs = 1_000_000
  const read = (readings: Partial<PressureReadings> = {}) => {
    nowMs += 100
    return pressure.read({ ...QUIET, ...readings }, nowMs)
  }
  return { pressure, read }
}

/** The level of one reading on a fresh worker. */
const levelOf = (readings: Partial<PressureReadings>, config = CONFIG) => made(config).read(readings)

t.test('a worker with nothing to do is under no pressure', async (t) => {
  const { pressure, read } = made()
  t.equal(read(), 0)
  t.same([pressure.level, pressure.cause], [0, null])
})

t.test('requests in flight: half, three quarters, the whole, and twice that', async (t) => {
  const levels = [499, 500, 749, 750, 999, 1_000, 1_999, 2_000].map((inFlight) => levelOf({ inFlight }))
  t.same(levels, [0, 1, 1, 2, 2, 3, 3, 4])
})

t.test('buffers: three quarters, nine tenths, full, and twice that', async (t) => {
  const levels = [74_999, 75_000, 89_999, 90_000, 99_999, 100_000, 199_999, 200_000].map((bufferedBytes) => levelOf({ bufferedBytes }))
  t.same(levels, [0, 1, 1, 2, 2, 3, 3, 4])
})

t.test('heap: from its setting in steps to nearly full', async (t) => {
  const levels = [0.84, 0.86, 0.92, 0.93, 0.96, 0.965, 0.968, 0.972].map((heapRatio) => levelOf({ heapRatio }))
  t.same(levels, [0, 1, 1, 2, 2, 3, 3, 4])
})

t.test('heap: whatever the setting, the levels come in their order and the last one near the limit', async (t) => {
  for (const heapRatio of [0.1, 0.5, 0.98, 1]) {
    const config = { ...CONFIG, heapRatio }
    const levels = Array.from({ length: 1_001 }, (_, i) => levelOf({ heapRatio: i / 1_000 }, config))
    t.ok(
      levels.every((level, i) => i === 0 || level >= levels[i - 1]!),
      `set to ${heapRatio} they rise with the heap`,
    )
    t.equal(levels.indexOf(4) >= 970, true, `set to ${heapRatio} nothing is refused outright below 0.97`)
    t.equal(levels[1_000], 4, `set to ${heapRatio} a full heap is the worst there is`)
  }
})

t.test('delay: the setting sheds crawlers, twice as much low priority, and people only when it stays', async (t) => {
  t.same(
    [199, 200, 399, 400].map((loopDelayMs) => levelOf({ loopDelayMs })),
    [0, 1, 1, 2],
  )
  t.equal(levelOf({ loopDelayMs: 10_000 }), 2, 'one stall alone')
  const standing = (...delaysMs: number[]) => {
    const { read } = made()
    return delaysMs.map((loopDelayMs) => read({ loopDelayMs }))
  }
  t.same(standing(800, 800), [2, 3])
  t.same(standing(1_600, 1_600), [2, 4])
  t.same(standing(1_600, 900), [2, 3], 'as late as the lesser of the two')
  t.same(standing(10_000, 300, 10_000), [2, 2, 2], 'stalls with something better between them are each alone')
})

t.test('the worst reading decides, and is named', async (t) => {
  const { pressure, read } = made()
  read({ inFlight: 600, bufferedBytes: 95_000 })
  t.same([pressure.level, pressure.cause], [2, 'buffers'])
  read({ inFlight: 1_000, bufferedBytes: 95_000 })
  t.same([pressure.level, pressure.cause], [3, 'in-flight'])
  read({ inFlight: 1_000, heapRatio: 0.99 })
  t.same([pressure.level, pressure.cause], [4, 'heap'])
  const late = made()
  late.read({ loopDelayMs: 250 })
  t.same([late.pressure.level, late.pressure.cause], [1, 'loop-delay'])
})

t.test('it rises at once, and falls by one level per calm second', async (t) => {
  const { read } = made()
  t.equal(read({ inFlight: 2_000 }), 4)
  const levels = Array.from({ length: 42 }, () => read())
  t.same(
    [1, 2, 3, 4].map((seconds) => [levels[10 * seconds - 1], levels[10 * seconds]]),
    [
      [4, 3],
      [3, 2],
      [2, 1],
      [1, 0],
    ],
  )
})

t.test('it does not flap: one bad reading begins the calm anew', async (t) => {
  const { pressure, read } = made()
  read({ inFlight: 800 })
  for (let i = 0; i < 50; i += 1) {
    for (let calm = 0; calm < 9; calm += 1) t.equal(read(), 2)
    t.equal(read({ inFlight: 800 }), 2)
  }
  t.equal(pressure.cause, 'in-flight')
})

t.test('on its way down it stops where the readings are', async (t) => {
  const { pressure, read } = made()
  read({ inFlight: 2_000 })
  for (let i = 0; i < 100; i += 1) read({ bufferedBytes: 80_000 })
  t.same([pressure.level, pressure.cause], [1, 'buffers'])
})

t.test('what comes between two readings counts at once, and is not remembered', async (t) => {
  const { pressure, read } = made()
  t.equal(pressure.levelAt(499, 0), 0)
  t.equal(pressure.levelAt(500, 0), 1)
  t.equal(pressure.levelAt(0, 100_000), 3)
  t.equal(pressure.levelAt(2_000, 0), 4)
  t.equal(pressure.levelAt(0, 0), 0)
  read({ inFlight: 1_000 })
  t.equal(pressure.levelAt(0, 0), 3, 'the level of the last reading stands until it falls')
  t.equal(pressure.levelAt(2_000, 0), 4)
  read({ inFlight: 2_000 })
  t.equal(pressure.levelAt(0, 0), 4)
})
