import { readFileSync } from 'node:fs'
import t from 'tap'
import { consulConfig, discoveredSite, fullBootstrap, registration } from '../../../demo/full-config.ts'
import { readBootstrap, readSite } from '../../../edge/contract/read-site.ts'

t.test('the site of the demo is valid with its peers discovered', (t) => {
  const demo = readSite(readFileSync(new URL('../../../conf/demo-site.yaml', import.meta.url), 'utf8'))
  if (!demo.ok) throw new Error(JSON.stringify(demo.problems))
  const site = discoveredSite(demo.site)
  t.match(site.pools.shop, { peers: [], discover: { service: 'shop' } })
  t.equal(readSite(JSON.stringify(site)).ok, true)
  t.throws(() => discoveredSite({ ...demo.site, pools: {} }), RangeError)
  t.end()
})

t.test('what weir up is started with is valid and names both services', (t) => {
  const read = readBootstrap('up', JSON.stringify(fullBootstrap({ redis: 6380, consul: 8501 }, '/x/site.json')))
  t.match(read, {
    ok: true,
    bootstrap: { demo: 'on', edge: { redis: { url: 'redis://127.0.0.1:6380' } }, control: { consul: { url: 'http://127.0.0.1:8501' } } },
  })
  t.end()
})

t.test('origins are registered with a check, and Consul keeps to this machine', (t) => {
  t.match(registration(0, 9101), { ID: 'origin-1', Name: 'shop', Port: 9101, Check: { TCP: '127.0.0.1:9101' } })
  t.match(consulConfig({ http: 1, server: 2, serf: 3 }), { client_addr: '127.0.0.1', ports: { http: 1, server: 2, serf_lan: 3, dns: -1 } })
  t.end()
})
