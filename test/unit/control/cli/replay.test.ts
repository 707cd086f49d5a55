import { createHash } from 'node:crypto'
import t from 'tap'
import type { ReplayResult } from '../../../../control/cli/replay-tally.ts'
import { startOrigin } from '../../../support/origin.ts'
import { CliWorld } from './cli-world.ts'
import { recordedRequest, recordingText } from './recording-maker.ts'

const sha = (text: string) => createHash('sha256').update(text).digest('base64')
const answer = (text: string, status = 200) => ({ status, bytes: text.length, whole: 'yes' as const, digest: sha(text) })

function world(requests: Parameters<typeof recordingText>[0]) {
  const cli = new CliWorld()
  cli.stopped = new Promise(() => {})
  cli.files.set('t.ndjson', recordingText(requests))
  return cli
}

t.test('what was recorded is sent as it was, but for what is said on the line', async (t) => {
  const origin = await startOrigin(t, ({ target }) => ({ body: `page ${target}` }))
  const cli = world([
    recordedRequest({ target: '/a?b=1', fields: ['Host', 'shop.example', 'Accept', 'text/html', 'X-Test', 'no', 'Cookie', '***'] }),
  ])
  const run = await cli.run('replay', 't.ndjson', '--to', origin.url, '--header', 'x-test: yes')
  t.match(run, { code: 0, out: /1 request sent: 200 ×1, failed ×0/ })
  t.match(origin.requests, [
    { method: 'GET', target: '/a?b=1', headers: { host: 'shop.example', accept: 'text/html', 'x-test': 'yes', 'x-weir-replay': '1' } },
  ])
  t.notOk('cookie' in origin.requests[0]!.headers)
  await cli.run('replay', 't.ndjson', '--to', origin.url, '--host', 'test.example')
  t.equal(origin.requests[1]?.headers.host, 'test.example')
})

t.test('writes are sent on demand alone, with their body', async (t) => {
  const origin = await startOrigin(t)
  const body = Buffer.from('{"a":1}').toString('base64')
  const cli = world([
    recordedRequest({ method: 'POST', content: 'recorded', body }),
    recordedRequest({ method: 'PURGE' }),
    recordedRequest({}),
  ])
  t.match(await cli.run('replay', 't.ndjson', '--to', origin.url), {
    code: 0,
    out: /left out: 2 that may change something \(--writes sends them\)/,
  })
  t.equal(origin.count(), 1)
  await cli.run('replay', 't.ndjson', '--to', origin.url, '--writes')
  t.equal(origin.requests.find(({ method }) => method === 'POST')?.body.toString(), '{"a":1}')
  t.equal(origin.count(), 4)
})

t.test('answers are compared with the recorded ones, or with those of another target', async (t) => {
  const origin = await startOrigin(t, ({ target }) => ({ body: `page ${target}` }))
  origin.on('/new', { status: 404 })
  const other = await startOrigin(t, ({ target }) => ({ body: target === '/b' ? 'other' : `page ${target}` }))
  const cli = world([
    recordedRequest({ target: '/a', answer: answer('page /a') }),
    recordedRequest({ target: '/b', answer: answer('page /x') }),
    recordedRequest({ target: '/new', answer: answer('page') }),
    recordedRequest({ target: '/cut', answer: { ...answer('pa'), whole: 'no' } }),
  ])
  const recorded = await cli.run('replay', 't.ndjson', '--to', origin.url, '--compare', 'recorded')
  t.match(recorded, { code: 1, out: /2 of 4 compared are different \(status ×1, body ×1\)\n[\s\S]*GET \/new {2}status 200 → 404/ })
  const beside = await cli.run('replay', 't.ndjson', '--to', origin.url, '--compare', other.url, '--json')
  t.equal(beside.code, 1)
  t.match(JSON.parse(beside.out) as ReplayResult, { compared: 4, different: 2, differences: { status: 1, length: 1 } })
})

t.test('a target that does not answer is a failure, and the command says so', async (t) => {
  const origin = await startOrigin(t)
  await origin.close()
  t.match(await world([recordedRequest({})]).run('replay', 't.ndjson', '--to', origin.url), { code: 1, out: /failed ×1: .*ECONNREFUSED/ })
})

t.test('lines that make no sense are refused', async (t) => {
  const cli = world([])
  t.match(await cli.run('replay', 't.ndjson'), { code: 2, err: /--to URL/ })
  t.match(await cli.run('replay', 't.ndjson', '--to', 'shop'), { code: 2, err: /--to must be a URL/ })
  for (const rate of ['0', '-1', 'fast', '×0', '1001'])
    t.match(await cli.run('replay', 't.ndjson', '--to', 'http://a', `--rate=${rate}`), { code: 2, err: /--rate must be a scale/ }, rate)
  t.match(await cli.run('replay', 't.ndjson', '--to', 'http://a', '--header', 'no'), { code: 2, err: /--header must be a field/ })
  t.match(await cli.run('replay', 'none', '--to', 'http://a'), { code: 1, err: /there is no file none/ })
  cli.files.set('site.json', '{}')
  t.match(await cli.run('replay', 'site.json', '--to', 'http://a'), { code: 1, err: /is no recording/ })
})
