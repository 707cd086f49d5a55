import t from 'tap'
import { startOrigin } from '../../../support/origin.ts'
import { CliWorld, startCli } from './cli-world.ts'

const some = (...addresses: string[]) => ({ count: addresses.length, addresses })

t.test('without discovery it says so', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('endpoints'), { code: 0, out: 'no pool discovers anything' })
})

t.test('each service says how fresh it is, what is held for how long, and what changed', async (t) => {
  const world = new CliWorld()
  const nowMs = world.clock.wallMs()
  const quiet = {
    service: 'cart',
    source: 'dns',
    index: null,
    ageMs: 2_000,
    peers: 3,
    answers: 1,
    failures: 0,
    difference: null,
    hold: null,
    lastError: null,
  }
  const hold = {
    id: 4,
    kind: 'loss',
    sinceMs: nowMs,
    untilMs: nowMs + 540_000,
    refused: false,
    listed: 1,
    kept: { count: 25, addresses: ['10.0.0.2:80'] },
  }
  const difference = { atMs: nowMs - 30_000, added: some('10.0.0.1:80'), removed: some(), changed: some('10.0.0.2:80') }
  const held = { ...quiet, service: 'shop', source: 'consul', index: '77', peers: 26, difference, hold, lastError: 'held: …' }
  const lost = { ...quiet, service: 'mail', ageMs: null, lastError: 'connect \x1b[31mrefused' }
  const empty = { ...quiet, service: 'none', hold: { ...hold, kind: 'empty', untilMs: null } }
  const refused = { ...quiet, service: 'old', hold: { ...hold, untilMs: null, refused: true } }
  const body = JSON.stringify({ seq: 9, services: [], reports: [quiet, held, lost, empty, refused] })
  const api = await startOrigin(t, { headers: { 'content-type': 'application/json' }, body })
  const { code, out } = await world.run('endpoints', '--control', api.url, '--token', 'x')
  t.equal(code, 0)
  t.match(out, /^SERVICE +SOURCE +PEERS +HEARD +INDEX +HELD +CHANGED$/m)
  t.match(out, /^cart +dns +3 +2 s ago +- +- +-$/m)
  t.match(out, /^shop +consul +26 +2 s ago +77 +9 min +30 s ago$/m)
  t.match(out, /^none .* until a word +-$/m)
  t.match(out, /^shop held: 1 peer listed, 25 more kept; they are let go in 9 min\n {2}kept: 10\.0\.0\.2:80 and 24 more\n/m)
  t.match(out, /weir endpoints accept shop --hold 4 {3}or {3}weir endpoints refuse shop --hold 4/)
  t.match(out, /^shop changed: added 10\.0\.0\.1:80; changed 10\.0\.0\.2:80$/m)
  t.match(out, /^mail: connect {1,2}\[31mrefused; the last known peers stand$/m)
  t.match(out, /^none held: .* only a word lets them go$/m)
  t.match(out, /^old held: .* refused, kept until the answer recovers$/m)
})

t.test('a word is sent with the hold that was seen and its reason, and says what came of it', async (t) => {
  const world = new CliWorld()
  const hold = { id: 4, kind: 'loss', sinceMs: 0, untilMs: null, refused: false, listed: 1, kept: some('a:1', 'b:1') }
  const answer = { seq: 3, hold, edges: { acked: 2, nacked: 0, of: 2, afterMs: 12 } }
  const api = await startOrigin(t, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) })
  const at = ['--control', api.url, '--token', 'x']
  const accepted = await world.run('endpoints', 'accept', 'shop', '--hold', '4', '--reason', 'gone', ...at)
  t.match(accepted, { code: 0, out: /^shop: 2 peers let go, 1 left: in force on 2\/2 edges/ })
  t.match(api.requests[0], { method: 'POST', target: /^\/v1\/endpoints\/accept\?waitMs=\d+$/ })
  t.same(JSON.parse(String(api.requests[0]?.body)), { service: 'shop', hold: 4, reason: 'gone' })
  t.match(await world.run('endpoints', 'refuse', 'shop', ...at), { code: 0, out: /^shop: 2 peers kept until the answer recovers/ })
  t.same(JSON.parse(String(api.requests[1]?.body)), { service: 'shop', reason: '' })
})

t.test('what is written wrongly is said before anybody is asked', async (t) => {
  const world = new CliWorld()
  for (const words of [['drop'], ['accept'], ['accept', 'a', 'b'], ['refuse', 'shop', '--hold', 'x']]) {
    t.match(await world.run('endpoints', ...words), { code: 2, err: /./ }, words.join(' '))
  }
})

t.test('a word on what is not held is refused', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('endpoints', 'accept', 'shop'), { code: 1, err: /No pool discovers "shop", and nothing is held/ })
})
