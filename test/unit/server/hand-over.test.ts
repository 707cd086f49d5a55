import t from 'tap'
import { HandOver } from '../../../edge/server/hand-over.ts'
import { RecordingLog } from '../../support/recording-log.ts'

/** A successor under the hand of the test. */
function create() {
  const started: { descriptors: readonly number[]; environment: Readonly<Record<string, string>> }[] = []
  const log = new RecordingLog()
  let settle: (reason: string | null) => void = () => {}
  let ended = 0
  const handOver = new HandOver((descriptors, environment) => {
    started.push({ descriptors, environment })
    const { promise: serving, resolve } = Promise.withResolvers<string | null>()
    settle = resolve
    const end = () => {
      ended += 1
      resolve('ended')
    }
    return { pid: 42, serving, end }
  }, log)
  return { handOver, started, log, settle: (reason: string | null) => settle(reason), ended: () => ended }
}

const SOCKETS = [
  { name: 'web', fd: 27 },
  { name: 'admin~a', fd: 11 },
]

t.test('a successor gets the sockets and their names, and is waited for', async (t) => {
  const { handOver, started, log, settle } = create()
  const handing = handOver.to(SOCKETS)
  t.same(started, [{ descriptors: [27, 11], environment: { LISTEN_FDS: '2', LISTEN_FDNAMES: 'web:admin~a' } }])
  settle(null)
  t.equal(await handing, true)
  t.match(log.of('upgrade-done'), [{ pid: 42 }])
})

t.test('one that does not serve changes nothing; the log says why, and the next may try', async (t) => {
  const { handOver, log, settle, started } = create()
  const handing = handOver.to(SOCKETS)
  settle('it ended with exit code 1')
  t.equal(await handing, false)
  t.match(log.of('upgrade-failed'), [{ pid: 42, reason: 'it ended with exit code 1' }])
  const again = handOver.to(SOCKETS)
  settle(null)
  t.equal(await again, true)
  t.equal(started.length, 2)
})

t.test('there is one at a time, and none once this edge ends', async (t) => {
  const { handOver, log, started, ended } = create()
  const first = handOver.to(SOCKETS)
  t.equal(await handOver.to(SOCKETS), false)
  handOver.stop()
  t.equal(await first, false, 'who does not serve yet is given up')
  t.equal(ended(), 1)
  t.equal(await handOver.to(SOCKETS), false)
  t.equal(started.length, 1)
  t.match(log.of('upgrade-refused'), [{ reason: 'one is under way' }, { reason: 'this edge ends already' }])
})
