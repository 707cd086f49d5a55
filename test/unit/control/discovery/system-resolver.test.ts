import t from 'tap'
import { openSystemResolver } from '../../../../control/discovery/system-resolver.ts'
import { startDns } from '../../../support/dns-server.ts'
import type { Scope } from '../../../support/scope.ts'

/** A resolver that waits for as long as a busy machine may need, where it is not about silence. */
async function begin(t: Scope, timeoutMs = 20_000) {
  const dns = await startDns(t)
  const resolver = openSystemResolver({ servers: [dns.address], timeoutMs, tries: 1 })
  t.teardown(() => resolver.close())
  return { dns, resolver }
}

t.test('addresses come with their time to live, services with everything they say', async (t) => {
  const { dns, resolver } = await begin(t)
  dns.on('A', 'shop.test', [{ address: '10.0.0.1', ttl: 7 }]).on('AAAA', 'shop.test', [{ address: '2001:db8::1', ttl: 9 }])
  dns.on('SRV', '_http._tcp.shop.test', [{ target: 'a.test', port: 8_080, priority: 10, weight: 5 }])
  t.same(await resolver.addresses('shop.test', 'A'), [{ address: '10.0.0.1', ttl: 7 }])
  t.same(await resolver.addresses('shop.test', 'AAAA'), [{ address: '2001:db8::1', ttl: 9 }])
  t.match(await resolver.services('_http._tcp.shop.test'), [{ name: 'a.test', port: 8_080, priority: 10, weight: 5 }])
})

t.test('nothing is kept: each question is asked', async (t) => {
  const { dns, resolver } = await begin(t)
  dns.on('A', 'shop.test', [{ address: '10.0.0.1', ttl: 3_600 }])
  await resolver.addresses('shop.test', 'A')
  dns.on('A', 'shop.test', [{ address: '10.0.0.2', ttl: 3_600 }])
  t.same(await resolver.addresses('shop.test', 'A'), [{ address: '10.0.0.2', ttl: 3_600 }])
})

t.test('no such name and no such records are empty answers', async (t) => {
  const { dns, resolver } = await begin(t)
  dns.on('A', 'shop.test', [{ address: '10.0.0.1' }])
  t.same(await resolver.addresses('none.test', 'A'), [])
  t.same(await resolver.addresses('shop.test', 'AAAA'), [])
  t.same(await resolver.services('shop.test'), [])
})

t.test('a server that fails, refuses, babbles or is silent says nothing', async (t) => {
  const { dns, resolver } = await begin(t, 50)
  for (const [name, script] of [
    ['servfail.test', { code: 2 }],
    ['refused.test', { code: 5 }],
    ['garbage.test', 'garbage'],
    ['silence.test', 'silence'],
  ] as const) {
    dns.on('A', name, script)
    await t.rejects(resolver.addresses(name, 'A'), { message: /./ }, name)
  }
})
