import t from 'tap'
import { establishedAt, watchedFds } from '../../../../bench/load/connections.ts'
import { rssBytes } from '../../../../bench/load/memory.ts'
import { parseStat } from '../../../../bench/load/process-tree.ts'

t.test('a stat line is read behind the name of the command, whatever is in it', async (t) => {
  const line = '42 (a) b (c) S 7 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 11 0 1 2 3'
  t.same(parseStat(line), { parentPid: 7, cpuTicks: 300 })
})

t.test('resident memory is read in bytes; a process that is ending has none', async (t) => {
  t.equal(rssBytes('Name:\tnode\nVmHWM:\t    9999 kB\nVmRSS:\t    2048 kB\nRssAnon:\t 1 kB\n'), 2 * 2 ** 20)
  t.equal(rssBytes('Name:\tnode\nState:\tZ (zombie)\n'), 0)
})

t.test('of the connections at a port only the established ones that are its own count', async (t) => {
  const tcp = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0',
    '   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0 20 4 30 10 -1',
    '   2: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 102 1 0 20 4 30 10 -1',
    '   3: 0100007F:1F90 0100007F:D433 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1',
    '',
  ].join('\n')
  t.same([...establishedAt(tcp, 8_080)], ['101'])
})

t.test('an epoll set names what it watches', async (t) => {
  const fdinfo = 'pos:\t0\nflags:\t02000002\ntfd:       12 events:       19 data:  c\ntfd:        7 events:       1d data:  7\n'
  t.same(watchedFds(fdinfo), ['12', '7'])
  t.same(watchedFds('pos:\t0\n'), [])
})
