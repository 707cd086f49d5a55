import t from 'tap'
import { RecordTermsSchema } from '../../../edge/contract/recording.ts'
import { validate } from '../../../edge/contract/validate.ts'
import type { TakeLines } from '../../../edge/pipeline/recorder.ts'
import { RecordDesk } from '../../../edge/server/record-desk.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

function desk(terms: object = {}, whenBegun: 'at once' | 'later' = 'at once') {
  const valid = validate(RecordTermsSchema, terms)
  if (!valid.ok) throw new Error('not valid')
  const clock = new ManualClock()
  const takes: TakeLines[] = []
  let stopped = 0
  const log = new RecordingLog()
  const beginning = Promise.withResolvers<void>()
  if (whenBegun === 'at once') beginning.resolve()
  const worker = {
    record: (_terms: object, take: TakeLines) => {
      takes.push(take)
      return beginning.promise
    },
    async stopRecording() {
      stopped += 1
      takes[0]?.(['last'], 0)
    },
  }
  const records = new RecordDesk('edge-1', () => [worker, worker], { clock, timers: clock, log })
  const taken: string[] = []
  const begin = (room = () => true) =>
    records.begin(valid.value, (line) => {
      if (room()) taken.push(line)
      return room()
    })
  return { records, clock, log, beginning, takes, taken, begin, stopped: () => stopped, end: () => JSON.parse(taken.at(-1)!) as object }
}

t.test('it begins with how it was made, and ends with how it ended, the last lines before that', async (t) => {
  const { clock, takes, taken, begin, end, stopped } = desk({ forMs: 5_000 })
  const running = begin()!
  t.match(JSON.parse(taken[0]!), { type: 'recording', version: 1, edge: 'edge-1', terms: { forMs: 5_000, sample: 1 } })
  takes[0]!(['a', 'b'], 3)
  takes[1]!(['c'], 0)
  clock.advance(5_000)
  await running.over
  t.same(taken.slice(1, -1), ['a', 'b', 'c', 'last', 'last'])
  t.same(end(), { type: 'end', ended: 'time', requests: 5, dropped: 3 })
  t.equal(stopped(), 2)
})

t.test('it is said to have begun when all workers record, and lines that come before are taken', async (t) => {
  const { records, log, beginning, takes, taken, begin } = desk({}, 'later')
  const running = begin()!
  takes[1]!(['early'], 0)
  await new Promise(setImmediate)
  t.same(log.of('recording-began'), [])
  beginning.resolve()
  await new Promise(setImmediate)
  t.equal(log.of('recording-began').length, 1)
  records.stop()
  await running.over
  t.match(taken[1], 'early')
})

t.test('there is one at a time, and one after the other', async (t) => {
  const { records, begin, end } = desk()
  t.notOk(records.stop())
  const running = begin()!
  t.equal(begin(), null)
  t.ok(records.stop())
  await running.over
  t.match(end(), { ended: 'stopped' })
  t.ok(begin())
})

t.test('it ends at its size, and nothing beyond is taken', async (t) => {
  const { takes, begin, taken, end } = desk({ maxBytes: 1_024 })
  const running = begin()!
  takes[0]!(['x'.repeat(1_000), 'y'.repeat(100), 'z'], 0)
  await running.over
  t.equal(taken.filter((line) => /^y/.test(line)).length, 0)
  t.match(end(), { ended: 'size' })
})

t.test('lines that nobody has room for are counted', async (t) => {
  let room = true
  const { takes, begin, records, end } = desk()
  const running = begin(() => room)!
  room = false
  takes[0]!(['a', 'b'], 1)
  room = true
  records.stop()
  await running.over
  t.match(end(), { requests: 2, dropped: 3 })
})
