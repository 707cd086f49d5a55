import t from 'tap'
import { hostCheck } from '../../../../control/api/host-check.ts'

t.test('the address it listens on, this machine and the names of the bootstrap are its own', async (t) => {
  const isOwn = hostCheck('10.1.2.3:9900', ['Control.example.org', '2001:db8::7'])
  for (const host of ['10.1.2.3:9900', '10.1.2.3', 'localhost', '127.0.0.1:1', '[::1]', 'control.EXAMPLE.org:443', '[2001:db8::7]:9900']) {
    t.equal(isOwn(host), true, host)
  }
})

t.test('any other name is not, and neither is none', async (t) => {
  const isOwn = hostCheck('127.0.0.1:9900', [])
  for (const host of [
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.',
    'localhost:9900:9900',
    '::1',
    'user@localhost',
  ]) {
    t.equal(isOwn(host), false, String(host))
  }
})

t.test('an IPv6 address to listen on is its own in brackets', async (t) => {
  t.equal(hostCheck('[2001:db8::1]:9900', [])('[2001:DB8::1]:9900'), true)
})

t.test('behind a socket file it is this machine only', async (t) => {
  const isOwn = hostCheck('unix:/run/weir.sock', [])
  t.equal(isOwn('localhost'), true)
  t.equal(isOwn('unix'), false)
})
