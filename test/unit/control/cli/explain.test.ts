import t from 'tap'
import { CliWorld, SITE, startCli } from './cli-world.ts'

t.test('a request is explained by a file, without a control plane', async (t) => {
  const world = new CliWorld()
  world.files.set('site.json', JSON.stringify(SITE))
  const { code, out } = await world.run('explain', 'http://shop.test/a?b=1', '--site', 'site.json', '--address', '192.0.2.7')
  t.equal(code, 0)
  t.match(out, /^request shop\.test\/a\?b=1$/m)
  t.match(out, /^client {2}192\.0\.2\.7, /m)
  t.match(out, /^route {3}page$/m)
  t.match(out, /^limit {3}per-client, paid by .*192\.0\.2\.7/m)
  t.match(out, /^pool {4}app, consistent-hash of \/a: 127\.0\.0\.1:3000$/m)
})

t.test('fields of the request count: a crawler is told as one', async (t) => {
  const world = new CliWorld()
  world.files.set('site.json', JSON.stringify(SITE))
  const { out } = await world.run('explain', 'http://shop.test/', '--site', 'site.json', '--header', 'User-Agent: Googlebot/2.1')
  t.match(out, /^client {2}127\.0\.0\.1, crawler$/m)
  const unsaid = await world.run('explain', 'http://shop.test/', '--site', 'site.json')
  t.match(unsaid.out, /^client {2}127\.0\.0\.1, person$/m, 'and who asks without one is a browser')
})

t.test('the key is told with what a rule adds to it, and what no key holds by name', async (t) => {
  const world = new CliWorld()
  const key = { headers: { 'X-Country': {} }, cookies: { lang: {} } }
  world.files.set('site.json', JSON.stringify({ ...SITE, routes: { page: { ...SITE.routes.page, cache: { key } } } }))
  const ask = (...flags: string[]) => world.run('explain', 'http://shop.test/a?b=1', '--site', 'site.json', ...flags)
  const { out } = await ask('--header', 'X-Country: de', '--header', 'HX-Request: true')
  t.match(
    out,
    /^cache {3}key http:\/\/shop\.test\/a\?b=1 with\n {8}header x-country: de\n {8}cookie lang: none\n {8}kept only if Vary names hx-request,/m,
  )
  t.match((await ask('--method', 'POST')).out, /^cache {3}the cache has no part in this method$/m)
})

t.test('a switch that stands is named with its reason', async (t) => {
  const cli = await startCli(t)
  await cli.run('degrade', 'page', 'fallback', '--for', '1h', '--reason', 'slow')
  t.match(await cli.run('explain', 'http://shop.test/'), { code: 0, out: /^mode {4}fallback, by switch page: slow$/m })
  t.match(JSON.parse((await cli.run('explain', 'http://shop.test/', '--json')).out), { route: 'page', mode: { mode: 'fallback' } })
})

t.test('what is no URL, method, address or field is a usage error', async (t) => {
  const world = new CliWorld()
  for (const words of [
    [],
    ['/path'],
    ['http://'],
    ['http://a/', '--method', 'get'],
    ['http://a/', '--address', 'localhost'],
    ['http://a/', '--header', 'nonsense'],
    ['http://a/', 'http://b/'],
  ]) {
    t.match(await world.run('explain', ...words), { code: 2 }, words.join(' '))
  }
})

t.test('the group of a route is told with its share', async (t) => {
  const world = new CliWorld()
  const split = { groups: { next: { pool: 'app', percent: 5, cookies: { beta: '1' } } } }
  world.files.set('site.json', JSON.stringify({ ...SITE, routes: { page: { ...SITE.routes.page, split } } }))
  const { out } = await world.run('explain', 'http://shop.test/a', '--site', 'site.json', '--header', 'Cookie: beta=1')
  t.match(out, /^group {3}next, by its rule; its share is 5 %$/m)
  t.match(out, /^ {8}group: next$/m, 'which is a part of the key')
})
