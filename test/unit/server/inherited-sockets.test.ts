import t from 'tap'
import { inheritedSockets, socketEnvironment } from '../../../edge/server/inherited-sockets.ts'

t.test('without LISTEN_FDS nothing was handed over', async (t) => {
  t.same(inheritedSockets({}, 7), [])
  t.same(inheritedSockets({ LISTEN_FDS: '', LISTEN_PID: '7' }, 7), [])
  t.same(inheritedSockets({ LISTEN_FDS: '0', LISTEN_FDNAMES: '' }, 7), [])
})

t.test('sockets begin at descriptor 3, in the order of their names', async (t) => {
  t.same(inheritedSockets({ LISTEN_FDS: '3', LISTEN_FDNAMES: 'web:tls:web', LISTEN_PID: '7' }, 7), [
    { name: 'web', fd: 3 },
    { name: 'tls', fd: 4 },
    { name: 'web', fd: 5 },
  ])
})

t.test('what was meant for another process is left alone; an edge that hands over cannot say for whom', async (t) => {
  t.same(inheritedSockets({ LISTEN_FDS: '1', LISTEN_FDNAMES: 'web', LISTEN_PID: '8' }, 7), [])
  t.same(inheritedSockets({ LISTEN_FDS: '1', LISTEN_FDNAMES: 'web' }, 7), [{ name: 'web', fd: 3 }])
})

t.test('sockets without a name are called unknown, as by systemd', async (t) => {
  t.same(inheritedSockets({ LISTEN_FDS: '2' }, 7), [
    { name: 'unknown', fd: 3 },
    { name: 'unknown', fd: 4 },
  ])
  t.same(inheritedSockets({ LISTEN_FDS: '2', LISTEN_FDNAMES: ':web' }, 7), [
    { name: 'unknown', fd: 3 },
    { name: 'web', fd: 4 },
  ])
})

t.test('an environment that makes no sense is a fault, not a guess', async (t) => {
  for (const LISTEN_FDS of ['-1', '1.5', 'two', ' 1', '01', '99999', '1e3'])
    t.throws(() => inheritedSockets({ LISTEN_FDS }, 7), { code: 'LISTEN_FAILED', detail: { reason: /^LISTEN_FDS says / } }, LISTEN_FDS)
  t.throws(() => inheritedSockets({ LISTEN_FDS: '2', LISTEN_FDNAMES: 'web' }, 7), {
    code: 'LISTEN_FAILED',
    detail: { reason: 'LISTEN_FDS says 2 and LISTEN_FDNAMES names 1' },
  })
})

t.test('what one process writes the next one reads', async (t) => {
  const sockets = [
    { name: '127.0.0.1%3A80', fd: 27 },
    { name: 'admin~x', fd: 11 },
  ]
  t.same(
    inheritedSockets(socketEnvironment(sockets), 7).map(({ name }) => name),
    ['127.0.0.1%3A80', 'admin~x'],
  )
  t.same(inheritedSockets(socketEnvironment([]), 7), [])
})
