// SIGUSR2 where it is not only about a port: a Unix socket keeps its name, a successor that cannot start changes nothing, and
// the new bootstrap counts.

import { readdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { startProcess } from '../../support/process.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { UpgradedEdge } from '../../support/upgraded-edge.ts'
import { visit } from '../../support/visit.ts'
import { runWeir, startWeir, WEIR } from '../../support/weir.ts'

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'no-store' } })
const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } }

/** A page read over a Unix socket. */
function pageOver(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get({ socketPath, path: '/', agent: false }, (message) => text(message).then(resolve, reject))
    sent.once('error', reject)
  })
}

t.test('a Unix socket outlives an upgrade, and is refused to another edge', { timeout: 120_000 }, async (t) => {
  const path = join(tempDir(t), 'edge.sock')
  const edge = await startEdge(t, { site, bootstrap: { listeners: [{ address: `unix:${path}` }] } })
  const taken = await runWeir(t, ['proxy', '--to', origin.url, '--listen', `unix:${path}`, '--admin', 'off'])
  t.match(taken, { code: 1, output: /edge\.sock is taken by another process/ })
  await new UpgradedEdge(t, edge).upgrade()
  t.same(await edge.left, { code: 0, signal: null })
  t.equal(await pageOver(path), 'page')
})

t.test('a successor that cannot start changes nothing', { timeout: 120_000 }, async (t) => {
  const stateDir = tempDir(t)
  const edge = await startEdge(t, { site, bootstrap: { stateDir, l1KeepMaxBytes: 1_048_576 } })
  edge.writeSite({ name: 'shop', routes: 1 })
  process.kill(edge.pid, 'SIGUSR2')
  const reason = /"event":"upgrade-failed","pid":\d+,"reason":"it ended with exit code 1"/
  await until(() => reason.test(edge.output), { what: 'the upgrade to fail', deadlineMs: 20_000 })
  t.equal((await visit(edge, '/')).text, 'page')
  t.match(await edge.snapshot(), { workers: 1 }, 'its admin port answers too')
  await until(() => !readdirSync(stateDir).includes('memory'), { what: 'what was written for the successor to be removed' })
})

t.test('one whose predecessor is gone by the time it serves goes on serving', { timeout: 120_000 }, async (t) => {
  const args = ['proxy', '--to', origin.url, '--listen', '127.0.0.1:0', '--admin', 'off', '--workers', '1']
  const weir = await startWeir(t, args, { env: { WEIR_READY_FD: '99' } })
  await weir.waitForLine(/"event":"predecessor-gone"/)
  t.equal((await visit(weir, '/')).text, 'page')
})

t.test(
  'the new bootstrap counts: a listener that it does not have is closed, one that it adds is opened',
  { timeout: 120_000 },
  async (t) => {
    const folder = tempDir(t)
    writeFileSync(join(folder, 'site.yaml'), JSON.stringify(site))
    const sockets = ['kept', 'left', 'added'].map((name) => `unix:${join(folder, name)}`)
    const write = (listeners: readonly (string | undefined)[]) => {
      const addresses = listeners.map((address) => ({ address }))
      const base = { listen: sockets[0], admin: 'off', site: 'site.yaml', stateDir: 'off', accessLog: 'off', workers: 1 }
      writeFileSync(join(folder, 'edge.yaml'), JSON.stringify({ ...base, listeners: addresses }))
    }
    write([sockets[1]])
    const weir = startProcess(t, process.execPath, [WEIR, 'edge', '--config', join(folder, 'edge.yaml')])
    await weir.waitForLine(/weir: listening on/)
    t.equal(await pageOver(join(folder, 'left')), 'page')
    write([sockets[2]])
    const upgraded = new UpgradedEdge(t, {
      pid: weir.pid,
      get output() {
        return weir.output
      },
    })
    await upgraded.upgrade()
    t.equal(await pageOver(join(folder, 'kept')), 'page')
    t.equal(await pageOver(join(folder, 'added')), 'page')
    await t.rejects(pageOver(join(folder, 'left')), { code: 'ECONNREFUSED' })
    await weir.waitForLine(/"event":"socket-unclaimed"/)
  },
)

t.test('what was asked for most is in memory again, after an upgrade and after an end', { timeout: 120_000 }, async (t) => {
  const kept = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
  const pools = { shop: { peers: [{ address: `127.0.0.1:${kept.port}` }] } }
  const edge = await startEdge(t, { site: { pools, routes: { pages: { pool: 'shop' } } }, bootstrap: { l1KeepMaxBytes: 1_048_576 } })
  for (const path of ['/1', '/2', '/2']) await visit(edge, path)
  await kept.close()
  await new UpgradedEdge(t, edge).upgrade()
  t.match(await visit(edge, '/2'), { status: 200, text: 'page', headers: { 'cache-status': /;hit;.*detail=L1/ } })
  t.match(await visit(edge, '/1'), { status: 200, text: 'page' })
  t.match(await visit(edge, '/3'), { status: 503 })
})

t.test('a process that ends in order leaves its memory to the next one, once', { timeout: 120_000 }, async (t) => {
  const kept = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
  const pools = { shop: { peers: [{ address: `127.0.0.1:${kept.port}` }] } }
  const edge = await startEdge(t, {
    site: {
      purge: { from: ['127.0.0.1/32'] },
      pools,
      routes: { pages: { pool: 'shop', cache: { key: { headers: { 'X-Country': {} } } } } },
    },
    bootstrap: { l1KeepMaxBytes: 1_048_576 },
  })
  const german = { headers: { 'x-country': 'de' } }
  await visit(edge, '/1')
  await visit(edge, '/2', german)
  t.match(await visit(edge, '/2', { method: 'PURGE' }), { status: 200 })
  await kept.close()
  await edge.stop()
  await edge.start()
  t.match(await visit(edge, '/1'), { status: 200, text: 'page' })
  t.match(await visit(edge, '/2', german), { status: 503 }, 'what was purged does not come back')
  await edge.kill()
  await edge.start()
  t.match(await visit(edge, '/1'), { status: 503 }, 'what a crash leaves is not from before it')
})
