import t from 'tap'
import { MAX_PEERS } from '../../../../control/discovery/peer-list.ts'
import { servicePeers as readPeers } from '../../../../control/discovery/service-peers.ts'

const servicePeers = (body: unknown) => readPeers(body, { accept: 'passing', zoneMeta: 'zone' })

const instance = (address: unknown, port: unknown, more: object = {}, node: unknown = { Address: '10.0.0.9' }) => ({
  Node: node,
  Service: { Address: address, Port: port, ...more },
})

t.test('instances become peers sorted by address, with their passing weight', (t) => {
  const read = servicePeers([instance('10.0.0.2', 80, { Weights: { Passing: 3, Warning: 1 } }), instance('10.0.0.1', 80)])
  t.same(read, {
    ok: true,
    leftOut: 0,
    peers: [
      { address: '10.0.0.1:80', weight: 1 },
      { address: '10.0.0.2:80', weight: 3 },
    ],
  })
  t.end()
})

t.test('an instance without an address is reached at its node', (t) => {
  t.same(servicePeers([instance('', 8080)]), { ok: true, leftOut: 0, peers: [{ address: '10.0.0.9:8080', weight: 1 }] })
  t.end()
})

t.test('an IPv6 address gets its brackets', (t) => {
  t.same(servicePeers([instance('2001:db8::1', 80)]), { ok: true, leftOut: 0, peers: [{ address: '[2001:db8::1]:80', weight: 1 }] })
  t.end()
})

t.test('an instance that cannot be used is left out and the others stay', (t) => {
  const bad = [
    null,
    'x',
    {},
    { Service: 5 },
    instance('10.0.0.1', 0),
    instance('10.0.0.1', 70_000),
    instance('10.0.0.1', '80; rm'),
    instance('a b', 80),
    instance('', 80, {}, null),
    instance('999.1.1.1', 80),
  ]
  for (const entry of bad) {
    const read = servicePeers([entry, instance('10.0.0.1', 80)])
    t.same(read, { ok: true, leftOut: 1, peers: [{ address: '10.0.0.1:80', weight: 1 }] }, JSON.stringify(entry))
  }
  t.end()
})

t.test('weights are bounded to what the contract takes', (t) => {
  const weights = [0, -5, 2.9, 5_000, Number.NaN, '7', undefined]
  const read = weights.map((Passing) => servicePeers([instance('10.0.0.1', 80, { Weights: { Passing } })]))
  t.same(
    read.map((each) => each.ok && each.peers[0]?.weight),
    [1, 1, 2, 1_000, 1, 1, 1],
  )
  t.end()
})

t.test('two registrations of one address are one peer with the larger weight', (t) => {
  const read = servicePeers([instance('10.0.0.1', 80, { Weights: { Passing: 1 } }), instance('10.0.0.1', 80, { Weights: { Passing: 4 } })])
  t.same(read, { ok: true, leftOut: 0, peers: [{ address: '10.0.0.1:80', weight: 4 }] })
  t.end()
})

t.test('an answer that is no list of instances says nothing', (t) => {
  for (const body of [null, undefined, {}, 'No cluster leader', 5, Buffer.from('<html>'), [null], [{}]]) {
    t.equal(servicePeers(body).ok, false, JSON.stringify(body))
  }
  t.same(servicePeers([]), { ok: true, peers: [], leftOut: 0 }, 'an empty list does')
  t.end()
})

t.test('peers beyond the bound are left out and counted', (t) => {
  const many = Array.from({ length: MAX_PEERS + 2 }, (_, index) => instance(`10.0.${index >> 8}.${index & 255}`, 80))
  const read = servicePeers(many)
  t.match(read, { ok: true, leftOut: 2 })
  t.equal(read.ok && read.peers.length, MAX_PEERS)
  t.end()
})
