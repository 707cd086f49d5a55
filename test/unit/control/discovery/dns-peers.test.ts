import t from 'tap'
import { dnsPeers, MAX_TARGETS } from '../../../../control/discovery/dns-peers.ts'
import { type DnsName, DnsNameSchema } from '../../../../edge/contract/discover.ts'
import { accepted } from '../../contract/accepts.ts'
import { ScriptedResolver } from './scripted-resolver.ts'

const name = (more: object) => accepted(DnsNameSchema, { name: 'shop', ...more }) as DnsName
const srv = (target: string, port: number, more: object = {}) => ({ name: target, port, priority: 0, weight: 0, ...more })

function resolver(names: Readonly<Record<string, never[] | object[] | Error>>) {
  const made = new ScriptedResolver()
  for (const [question, answer] of Object.entries(names)) made.names.set(question, answer as never)
  return made
}

t.test('addresses become peers at the port of the pool, believed for the shortest TTL', async (t) => {
  const made = resolver({
    'A shop': [
      { address: '10.0.0.2', ttl: 30 },
      { address: '10.0.0.1', ttl: 20 },
      { address: '10.0.0.1', ttl: 20 },
    ],
    'AAAA shop': [{ address: '2001:db8::1', ttl: 5 }],
  })
  t.same(await dnsPeers(name({ port: 80 }), made), {
    peers: [
      { address: '10.0.0.1:80', weight: 1 },
      { address: '10.0.0.2:80', weight: 1 },
    ],
    leftOut: 0,
    ttlMs: 20_000,
  })
  t.match(await dnsPeers(name({ type: 'AAAA', port: 80 }), made), { peers: [{ address: '[2001:db8::1]:80' }], ttlMs: 5_000 })
  t.same(await dnsPeers(name({ name: 'none', port: 80 }), made), { peers: [], leftOut: 0, ttlMs: null })
})

t.test('SRV records bring port, weight and priority; each target is resolved once', async (t) => {
  const made = resolver({
    'SRV shop': [
      srv('b', 81, { priority: 20, weight: 5 }),
      srv('a', 80, { priority: 10, weight: 3 }),
      srv('a', 82, { priority: 10, weight: 0 }),
    ],
    'A a': [{ address: '10.0.0.1', ttl: 9 }],
    'AAAA b': [{ address: '::1', ttl: 60 }],
  })
  t.same(await dnsPeers(name({ type: 'SRV' }), made), {
    peers: [
      { address: '10.0.0.1:80', weight: 3 },
      { address: '10.0.0.1:82', weight: 1 },
      { address: '[::1]:81', weight: 5, priority: 1 },
    ],
    leftOut: 0,
    ttlMs: 9_000,
  })
  t.same(made.asked, ['SRV shop', 'A a', 'A b', 'AAAA b'])
})

t.test('weights and priorities are brought into the range of the contract', async (t) => {
  const records = Array.from({ length: 12 }, (_, index) =>
    srv('a', 80 + index, { priority: index * 1_000, weight: index === 0 ? 65_535 : 655 }),
  )
  const { peers } = await dnsPeers(name({ type: 'SRV' }), resolver({ 'SRV shop': records, 'A a': [{ address: '10.0.0.1', ttl: 1 }] }))
  t.same([peers[0]?.weight, peers[1]?.weight], [1_000, 10])
  t.same(
    peers.map(({ priority }) => priority ?? 0),
    [0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7],
  )
})

t.test('a target without an address is left out alone, one whose question fails makes the whole answer fail', async (t) => {
  const records = [srv('a', 80), srv('gone', 80), srv('a', 0)]
  const made = resolver({ 'SRV shop': records, 'A a': [{ address: '10.0.0.1', ttl: 1 }] })
  t.match(await dnsPeers(name({ type: 'SRV' }), made), { peers: [{ address: '10.0.0.1:80' }], leftOut: 2 })
  made.names.set('A gone', new Error('queryA ESERVFAIL gone'))
  await t.rejects(dnsPeers(name({ type: 'SRV' }), made), { message: /ESERVFAIL/ })
})

t.test('a service that is said not to be there is an empty answer', async (t) => {
  t.same(await dnsPeers(name({ type: 'SRV' }), resolver({ 'SRV shop': [srv('', 0)] })), { peers: [], leftOut: 0, ttlMs: null })
})

t.test('targets are bounded', async (t) => {
  const made = resolver({ 'SRV shop': Array.from({ length: MAX_TARGETS + 50 }, (_, index) => srv(`t${index}`, 80)) })
  await dnsPeers(name({ type: 'SRV' }), made)
  t.equal(made.asked.filter((question) => question.startsWith('A ')).length, MAX_TARGETS)
})
