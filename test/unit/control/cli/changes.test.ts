import t from 'tap'
import { startOrigin } from '../../../support/origin.ts'
import type { Scope } from '../../../support/scope.ts'
import { CliWorld, startCli } from './cli-world.ts'

/** A command line beside an API that says one thing. */
async function beside(t: Scope, value: unknown) {
  const world = new CliWorld()
  const api = await startOrigin(t, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })
  return { world, api, run: (...words: string[]) => world.run('changes', ...words, '--control', api.url, '--token', 'x') }
}

t.test('without a stream it says how changes come in', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('changes', 'status'), { code: 0, out: /^no stream is read; changes come through POST \/v1\/changes/ })
  t.match(await cli.run('changes', 'dead-letters'), { code: 1, err: /No stream of changes is read here/ })
})

t.test('status says how far the reading is, and fails when Redis is away', async (t) => {
  const stream = {
    name: 'weir:changes',
    group: 'weir',
    consumer: 'c-1',
    state: 'down',
    lastFault: 'ECONNREFUSED',
    lag: 12,
    pending: 2,
    deadLetters: 1,
  }
  const { world, run } = await beside(t, { stream: { ...stream, sinceMs: new CliWorld().clock.wallMs() - 5_000 } })
  const { code, out } = await run('status')
  t.equal(code, 1)
  t.equal(
    out,
    [
      'stream weir:changes, group weir, as c-1: down for 5 s, last fault ECONNREFUSED',
      '12 entries not purged yet, 2 of them under way',
      '1 dead letter: `weir changes dead-letters` lists them',
    ].join('\n'),
  )
  t.ok(world)
})

const LETTER = { id: '5-0', entry: '1-0', cause: 'invalid', reason: 'is \x1b[31mwrong', tries: 1, atMs: 0, change: '{"a":1}', whole: true }

t.test('dead letters are listed without what would paint the terminal', async (t) => {
  const { api, run } = await beside(t, { deadLetters: [LETTER] })
  const { code, out } = await run('dead-letters', '--limit', '5000')
  t.equal(code, 0)
  t.match(out, /^ID +SINCE \(UTC\) +CAUSE/)
  t.match(out, /5-0 .*invalid/)
  t.notMatch(out, /\x1b/)
  t.equal(api.requests[0]?.target, '/v1/changes/dead-letters?limit=1000')
  t.same(JSON.parse((await run('dead-letters', '--json')).out), [LETTER])
})

t.test('dead letters are put back, all or those named', async (t) => {
  const { run } = await beside(t, { retried: 2, refused: [], left: 0 })
  t.match(await run('dead-letters', '--retry'), { code: 0, out: '2 dead letters put back into the stream; 0 left' })
  t.match(await run('dead-letters', '--retry', 'x'), { code: 2, err: /is no id of a dead letter/ })
  const some = await beside(t, { retried: 0, refused: ['5-0'], left: 3 })
  t.match(await some.run('dead-letters', '--retry', '5-0'), { code: 1, err: /not put back.*5-0/ })
})

t.test('other words are refused', async (t) => {
  const { world } = await beside(t, {})
  for (const words of [[], ['status', 'now'], ['dead-letters', '5-0'], ['drop']]) t.match(await world.run('changes', ...words), { code: 2 })
})
