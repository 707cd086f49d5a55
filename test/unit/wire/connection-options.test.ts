import t from 'tap'
import { hasOption, isPersistent, isSame, keepAliveSeconds } from '../../../edge/wire/connection-options.ts'
import type { Version } from '../../../edge/wire/message.ts'
import { sectionOf } from './section-of.ts'

const persistent = (version: Version, ...lines: string[]) => {
  const { fields, raw } = sectionOf(...lines)
  return isPersistent(version, fields, raw)
}

t.test('HTTP/1.1 goes on unless it says close', async (t) => {
  t.ok(persistent('1.1'))
  t.ok(persistent('1.1', 'Connection: keep-alive'))
  t.ok(persistent('1.1', 'Connection:'))
  t.ok(persistent('1.1', 'Connection: closed'))
  t.ok(persistent('1.1', 'Connection: x-close'))
  t.ok(persistent('1.1', 'Proxy-Connection: close'))
  t.notOk(persistent('1.1', 'Connection: close'))
  t.notOk(persistent('1.1', 'connection: CLOSE'))
  t.notOk(persistent('1.1', 'Connection: a,\tclose ,b'))
  t.notOk(persistent('1.1', 'Connection: keep-alive', 'A: b', 'CONNECTION: close'))
  t.notOk(persistent('1.1', 'Connection: close', 'Connection: keep-alive'))
})

t.test('HTTP/1.0 ends unless it says keep-alive, and not close', async (t) => {
  t.notOk(persistent('1.0'))
  t.notOk(persistent('1.0', 'Connection: close'))
  t.notOk(persistent('1.0', 'Connection: keep-alive, close'))
  t.notOk(persistent('1.0', 'Proxy-Connection: keep-alive'))
  t.notOk(persistent('1.0', 'Keep-Alive: timeout=5'))
  t.ok(persistent('1.0', 'Connection: Keep-Alive'))
  t.ok(persistent('1.0', 'Connection: x, keep-alive'))
  t.ok(persistent('1.0', 'Connection: x', 'Connection: keep-alive'))
})

t.test('an option is a whole member of the list', async (t) => {
  const { fields, raw } = sectionOf('Connection: keep-alive, Upgrade')
  t.ok(hasOption('upgrade', fields, raw))
  t.ok(hasOption('keep-alive', fields, raw))
  t.notOk(hasOption('up', fields, raw))
  t.notOk(hasOption('alive', fields, raw))
  for (const list of ['upgrade\xa0', 'a, upgrade\xa0', 'a,\xa0upgrade', 'a, "upgrade"', 'a, upgrade;b', 'a, b upgrade']) {
    const other = sectionOf(`Connection: ${list}`)
    t.notOk(hasOption('upgrade', other.fields, other.raw), list)
  }
  const none = sectionOf('A: upgrade')
  t.notOk(hasOption('upgrade', none.fields, none.raw))
})

t.test('a promise to keep the connection is taken when it can be read', async (t) => {
  const seconds = (...lines: string[]) => {
    const { fields, raw } = sectionOf(...lines)
    return keepAliveSeconds(fields, raw)
  }
  t.equal(seconds('Keep-Alive: timeout=5'), 5)
  t.equal(seconds('keep-alive: max=100, Timeout = 15'), 15)
  t.equal(seconds('Keep-Alive: timeout="7"'), 7)
  t.equal(seconds('Keep-Alive: timeout=0'), 0)
  for (const value of ['', 'max=5', 'timeout', 'timeout=', 'timeout=-1', 'timeout=5x', 'xtimeout=5', 'timeout=1234567890'])
    t.equal(seconds(`Keep-Alive: ${value}`), null, value)
  t.equal(seconds('Keep-Alive: timeout=5', 'Keep-Alive: timeout=6'), null)
  t.equal(seconds(), null)
})

t.test('case is ignored for letters only', async (t) => {
  t.ok(isSame('ChunKed', 'chunked'))
  t.notOk(isSame('chunked ', 'chunked'))
  t.notOk(isSame('chun\x0bed', 'chunked'))
})
