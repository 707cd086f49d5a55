import { readFileSync } from 'node:fs'
import { Agent, request as open } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import type { ReplayResult } from '../../../control/cli/replay-tally.ts'
import type { RecordedRequest } from '../../../edge/contract/recording.ts'
import { startEdge } from '../../support/edge.ts'
import { type ScriptedOrigin, startOrigin } from '../../support/origin.ts'
import { startProcess } from '../../support/process.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { runWeir, WEIR } from '../../support/weir.ts'

const CONNECTIONS = 4
const PER_CONNECTION = 12
/** Between two requests of a connection. */
const PAUSE_MS = 25

/** One visitor: his requests one after the other on one connection, with secrets in all the places where people have them. */
async function visit(port: number, visitor: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let step = 0; step < PER_CONNECTION; step++) {
    const headers = {
      host: 'shop.example',
      cookie: 'sid=secret-cookie',
      authorization: 'Bearer secret-bearer',
      referer: 'http://a/?jwt=secret-jwt',
    }
    await new Promise<void>((resolve, reject) => {
      const path = `/v${visitor}/s${step}?q=${step}&access_token=secret-token`
      const sent = open({ agent, port, path, headers }, (answer) => answer.resume().on('end', resolve))
      sent.on('error', reject).end()
    })
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  await new Promise<void>((resolve, reject) => {
    const headers = { host: 'shop.example', 'content-type': 'application/json' }
    const sent = open({ agent, port, path: `/v${visitor}/cart`, method: 'POST', headers }, (answer) => answer.resume().on('end', resolve))
    sent.on('error', reject).end('{"item":1,"password":"secret-password"}')
  })
  agent.destroy()
}

async function recorded(t: Scope) {
  const origin = await startOrigin(t, ({ target }) => ({
    body: `page ${target.split('?')[0]}`,
    headers: { 'set-cookie': 'sid=secret-set' },
  }))
  const site = {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    routes: { all: { pool: 'shop', cache: { store: 'off' } } },
  }
  const edge = await startEdge(t, { site, workers: 2 })
  const admin = /admin on (http:\/\/\S+:\d+)/.exec(edge.output)![1]!
  const file = join(tempDir(t), 'traffic.ndjson')
  const recorder = startProcess(t, process.execPath, [WEIR, 'record', file, '--edge', admin, '--for', '5m', '--bodies', '1KB'])
  await until(() => /recording-began/.test(edge.output), { what: 'the recording to begin' })
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, visitor) => visit(edge.port, visitor)))
  await recorder.stop()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const requests = lines.slice(1, -1).map((line) => JSON.parse(line) as RecordedRequest)
  return { origin, file, edge, requests, text: lines.join('\n'), output: recorder.output }
}

/** The steps of each visitor, in the order in which they came. */
function stepsOf(origin: ScriptedOrigin): Map<string, string[]> {
  const steps = new Map<string, string[]>()
  for (const { target } of origin.requests) {
    const [, visitor, step] = /^\/(v\d)\/([a-z0-9]+)/.exec(target)!
    steps.set(visitor!, [...(steps.get(visitor!) ?? []), step!])
  }
  return steps
}

t.test('what people asked is recorded without their secrets, and sent again three times as fast, in their order', async (t) => {
  const { file, requests, text, output } = await recorded(t)
  t.equal(requests.length, CONNECTIONS * (PER_CONNECTION + 1))
  t.match(output, new RegExp(`${requests.length} requests in`))
  t.notMatch(text, /secret-/)
  t.equal(new Set(requests.map(({ connection }) => connection)).size, CONNECTIONS)

  const test = await startOrigin(t, ({ target }) => ({ body: `page ${target.split('?')[0]}` }))
  const beganMs = performance.now()
  const run = await runWeir(t, ['replay', file, '--to', test.url, '--rate', '×3', '--writes', '--compare', 'recorded', '--json'])
  const tookMs = performance.now() - beganMs
  t.equal(run.code, 0, run.output)
  const result = JSON.parse(run.output.slice(run.output.indexOf('{'))) as ReplayResult
  t.match(result, { sent: requests.length, failed: 0, compared: requests.length, different: 0, statuses: { 200: requests.length } })
  const atMs = requests.map((request) => request.atMs)
  t.ok(tookMs >= (Math.max(...atMs) - Math.min(...atMs)) / 3, 'no faster than that')

  t.equal(test.count(), requests.length)
  const inOrder = [...Array.from({ length: PER_CONNECTION }, (_, step) => `s${step}`), 'cart']
  for (const [visitor, steps] of stepsOf(test)) t.same(steps, inOrder, visitor)
  t.equal(stepsOf(test).size, CONNECTIONS)
  t.ok(test.requests.every(({ headers }) => headers.host === 'shop.example' && headers['x-weir-replay'] === '1'))
  t.notOk(test.requests.some(({ headers }) => 'cookie' in headers || 'authorization' in headers))
  const writes = test.requests.filter(({ method }) => method === 'POST')
  t.ok(writes.every(({ body }) => body.toString() === '{"item":1,"password":"***"}'))
})

t.test('a version that answers otherwise is found, and nothing is written by default', async (t) => {
  const { file } = await recorded(t)
  const next = await startOrigin(t, ({ target }) =>
    target.startsWith('/v1/s3') ? { status: 500 } : { body: target.startsWith('/v2/') ? 'PAGE' : `page ${target.split('?')[0]}` },
  )
  const run = await runWeir(t, ['replay', file, '--to', next.url, '--rate', '100', '--compare', 'recorded'])
  t.equal(run.code, 1)
  t.match(run.output, /left out: 4 that may change something/)
  t.match(run.output, new RegExp(`${PER_CONNECTION + 1} of ${CONNECTIONS * PER_CONNECTION} compared are different`))
  t.match(run.output, new RegExp(`status ×1, length ×${PER_CONNECTION}`))
  t.notOk(next.requests.some(({ method }) => method === 'POST'))
})

t.test('there is one recording at a time, and an edge that ends ends it', async (t) => {
  const origin = await startOrigin(t)
  const edge = await startEdge(t, {
    site: { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { all: { pool: 'shop' } } },
  })
  const admin = /admin on (http:\/\/\S+:\d+)/.exec(edge.output)![1]!
  const folder = tempDir(t)
  const first = startProcess(t, process.execPath, [WEIR, 'record', join(folder, 'a'), '--edge', admin])
  await until(() => /recording-began/.test(edge.output), { what: 'the recording to begin' })
  t.match(await runWeir(t, ['record', join(folder, 'b'), '--edge', admin]), { code: 1, output: /a recording is under way/ })
  await edge.stop()
  t.match(await first.exited, { code: 0 })
  t.match(readFileSync(join(folder, 'a'), 'utf8'), /"type":"end","ended":"stopped"/)
})
