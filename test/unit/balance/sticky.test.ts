import t from 'tap'
import { Peer } from '../../../edge/balance/peer.ts'
import { Sticky } from '../../../edge/balance/sticky.ts'

const KEY = 'a'.repeat(32)
const OTHER_KEY = 'b'.repeat(32)
const AT_MS = 1_800_000_000_000
const TTL_MS = 600_000
const peers = ['10.0.0.1:80', '10.0.0.2:80'].map((address) => new Peer(address, 1))
const cookies = new Sticky('shop', peers, TTL_MS, [KEY])
const value = cookies.issue(peers[1]!, AT_MS)

t.test('a cookie names its peer at every edge that has the key, and tells nothing of it', async (t) => {
  const elsewhere = new Sticky('shop', [...peers].reverse(), TTL_MS, [KEY])
  t.same(elsewhere.read(value, AT_MS), { kind: 'named', peer: peers[1], due: false })
  t.notMatch(value, '10.0')
  t.not(value, cookies.issue(peers[0]!, AT_MS))
  t.ok(value.length < 64)
})

t.test('it is due for another when less than half of its time is left, and over at its end', async (t) => {
  t.match(cookies.read(value, AT_MS + TTL_MS / 2 - 1_000), { kind: 'named', due: false })
  t.match(cookies.read(value, AT_MS + TTL_MS / 2 + 2_000), { kind: 'named', due: true })
  t.same(cookies.read(value, AT_MS + TTL_MS + 1_000), { kind: 'ended' })
})

t.test('without a time it does not end; one of another time is believed and given anew', async (t) => {
  const endless = new Sticky('shop', peers, 0, [KEY])
  const own = endless.issue(peers[0]!, AT_MS)
  t.match(endless.read(own, 10 * AT_MS), { kind: 'named', due: false })
  t.match(endless.read(value, AT_MS), { kind: 'named', due: true })
  t.match(cookies.read(own, AT_MS), { kind: 'named', due: true })
})

t.test('no character of it can be changed, and no other pool believes it', async (t) => {
  for (let at = 0; at < value.length; at++) {
    const changed = `${value.slice(0, at)}${value[at] === 'x' ? 'y' : 'x'}${value.slice(at + 1)}`
    t.match(cookies.read(changed, AT_MS).kind, /^(garbled|forged)$/, changed)
  }
  t.same(new Sticky('other', peers, TTL_MS, [KEY]).read(value, AT_MS), { kind: 'forged' })
  t.same(new Sticky('shop', peers, TTL_MS, [OTHER_KEY]).read(value, AT_MS), { kind: 'forged' })
})

t.test('what is not of our form is garbled', async (t) => {
  for (const text of [
    '',
    'x',
    '10.0.0.1:80',
    `${value}x`,
    ` ${value}`,
    value.replaceAll('.', '|'),
    'a'.repeat(100_000),
    '\xff'.repeat(50),
  ]) {
    t.same(cookies.read(text, AT_MS), { kind: 'garbled' })
  }
})

t.test('a new key is put first: cookies of the old one are believed and given anew, until it is taken away', async (t) => {
  const rotated = new Sticky('shop', peers, TTL_MS, [OTHER_KEY, KEY])
  t.match(rotated.read(value, AT_MS), { kind: 'named', peer: peers[1], due: true })
  t.match(rotated.read(rotated.issue(peers[1]!, AT_MS), AT_MS), { kind: 'named', peer: peers[1], due: false })
})

t.test('a peer that the pool has no more is gone', async (t) => {
  t.same(new Sticky('shop', peers.slice(0, 1), TTL_MS, [KEY]).read(value, AT_MS), { kind: 'gone' })
  t.equal(cookies.peerAt('10.0.0.2:80'), peers[1])
  t.equal(cookies.peerAt('10.0.0.3:80'), null)
})
