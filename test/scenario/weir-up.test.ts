import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePorts } from '../support/free-port.ts'
import { request } from '../support/http-client.ts'
import { startOrigin } from '../support/origin.ts'
import type { Scope } from '../support/scope.ts'
import { tempDir } from '../support/temp-dir.ts'
import { until } from '../support/until.ts'
import { runWeir, startWeir } from '../support/weir.ts'

// What crawlers ask for is not kept in memory, and who does not say what it is counts as one.
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

/** A folder with a bootstrap on free ports and a site in front of one origin, as a user would have it. */
async function prepare(t: Scope) {
  const folder = tempDir(t)
  const [edge, control] = (await freePorts(2)) as [number, number]
  const origin = await startOrigin(t, { headers: { 'cache-control': 'max-age=60' }, body: 'from the origin' })
  const writeSite = (more: object = {}) => {
    const routes = { page: { pool: 'app', degrade: { fallback: 'resting' } } }
    const pools = { app: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }
    writeFileSync(
      join(folder, 'site.yaml'),
      JSON.stringify({ pools, routes, fallbacks: { resting: { status: 200, body: 'resting' } }, ...more }),
    )
  }
  writeSite()
  const up = {
    edge: { listen: `127.0.0.1:${edge}`, admin: 'off', workers: 1 },
    control: { listen: `127.0.0.1:${control}`, site: 'site.yaml' },
  }
  writeFileSync(join(folder, 'up.yaml'), JSON.stringify(up))
  const start = (...words: string[]) => startWeir(t, ['up', '--config', 'up.yaml', ...words], { cwd: folder })
  const run = (...words: string[]) => runWeir(t, words, { cwd: folder })
  return { folder, edge, control, up, origin, writeSite, start, run, get: (path = '/') => request({ port: edge, path, headers: BROWSER }) }
}

t.test('one command serves, other commands find it without a flag, and a signal ends all of it in order', async (t) => {
  const { folder, edge, start, run, get } = await prepare(t)
  const weir = await start()
  t.equal(weir.port, edge)
  await weir.waitForLine(/Five things to try/)
  t.equal((await get()).text, 'from the origin')
  t.match((await get()).headers['cache-status'], /hit/)

  const degraded = await run('degrade', 'page', 'fallback', '--for', '5m', '--reason', 'trying')
  t.match(degraded, { code: 0, output: /in force on 1\/1 edge/ })
  t.equal((await get()).text, 'resting')
  t.match(await run('degrade', 'off', 'page'), { code: 0 })
  t.equal((await get()).text, 'from the origin')
  t.match(await run('edges'), { code: 0, output: /^edge-1 +connected +1 /m })

  t.equal(statSync(join(folder, '.weir/credentials.json')).mode & 0o777, 0o600)
  t.equal(statSync(join(folder, '.weir/edge-token')).mode & 0o777, 0o600)
  t.same(await weir.stop(), { code: 0, signal: null })
  t.ok(existsSync(join(folder, '.weir/access.log')))
  await t.rejects(get(), { code: 'ECONNREFUSED' })
  t.notMatch(weir.output, /\n\s+at .*:\d+:\d+/, 'no stack trace')
})

t.test('a second run goes on where the first ended, and publishes a site that has changed', async (t) => {
  const { writeSite, start, run } = await prepare(t)
  await (await start()).stop()
  writeSite({ name: 'changed' })
  const second = await start('--site', 'site.yaml')
  await second.waitForLine(/site\.yaml is revision 2/)
  t.match(await run('diff'), { code: 0, output: /~ \/name {2}"site" → "changed"/ })
  await second.stop()
  const third = await start('--site', 'site.yaml')
  t.notMatch(third.output, /is revision/)
  t.match(await run('edges'), { code: 0, output: /^revision 2, / })
})

t.test('an edge that dies is started again', async (t) => {
  const { start, get } = await prepare(t)
  const weir = await start()
  process.kill(edgeOf(weir.pid), 'SIGKILL')
  await weir.waitForLine(/the edge is gone, it was ended by SIGKILL/)
  await until(async () => (await get()).status === 200, { what: 'the edge to be back', deadlineMs: 60_000 })
})

t.test('what cannot start says why in one sentence, and starts nothing', async (t) => {
  const { folder, edge, up, start, run, writeSite } = await prepare(t)
  const weir = await start()
  t.match(await run('up', '--config', 'up.yaml'), {
    code: 1,
    output: new RegExp(`^weir: 127\\.0\\.0\\.1:${edge} is taken by another program; .*edge\\.listen in up\\.yaml`),
  })
  await weir.stop()

  const [nobody] = await freePorts(1)
  const withRedis = { ...up, edge: { ...up.edge, redis: { url: `redis://u:secret@127.0.0.1:${nobody}` } } }
  writeFileSync(join(folder, 'redis.yaml'), JSON.stringify(withRedis))
  const redis = await run('up', '--config', 'redis.yaml')
  t.match(redis, {
    code: 1,
    output:
      /^weir: Redis at redis:\/\/127\.0\.0\.1:\d+ does not answer: connection refused; start it, or take edge\.redis out of redis\.yaml\n$/,
  })
  const withConsul = { ...up, control: { ...up.control, consul: { url: `http://127.0.0.1:${nobody}` } } }
  writeFileSync(join(folder, 'consul.yaml'), JSON.stringify(withConsul))
  t.match(await run('up', '--config', 'consul.yaml'), {
    code: 1,
    output: /^weir: Consul at .* take control\.consul out of consul\.yaml\n$/,
  })

  writeSite({ routes: { page: { pool: 'nope' } } })
  t.match(await run('up', '--config', 'up.yaml'), { code: 1, output: /site\.yaml:1:\d+ {2}\/routes\/page\/pool / })
  t.match(await run('up', '--config', 'nowhere.yaml'), { code: 1, output: 'weir: there is no file nowhere.yaml\n' })
})

/** The process id of the edge that a `weir up` started. */
function edgeOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  const edge = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('\0edge\0'))
  if (edge === undefined) throw new Error(`none of ${children} is the edge`)
  return edge
}
