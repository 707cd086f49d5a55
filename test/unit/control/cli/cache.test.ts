import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { AuditReport } from '../../../../edge/contract/audit.ts'
import { countSkipped, countVerdict, newGroup } from '../../../../edge/contract/audit-tally.ts'
import type { Scope } from '../../../support/scope.ts'
import { CliWorld } from './cli-world.ts'

/** An admin port that reports this. */
async function edge(t: Scope, report: AuditReport) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    const progress = [0, 5, 10].map((done) => JSON.stringify({ type: 'progress', done, of: 10, drifted: 1 }))
    response.end([...progress, JSON.stringify({ type: 'report', report })].join('\n') + '\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const cli = new CliWorld()
  cli.stopped = new Promise(() => {})
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { asked, run: (...words: string[]) => cli.run('cache', 'audit', '--edge', at, ...words) }
}

function group(drifted: number, fixed = 0) {
  const made = newGroup('item', 'shop.example')
  made.held = 1_000
  made.fixed = fixed
  for (let i = drifted; i < 8; i++) countVerdict(made, 'same', '')
  for (let i = 0; i < drifted; i++) countVerdict(made, i === 0 ? 'gone' : 'content', `http://shop.example/\x1b[2J${i}`)
  countSkipped(made, 'stale', 2)
  return made
}

t.test('no drift is a table and 0', async (t) => {
  const { run, asked } = await edge(t, { ended: 'whole', groups: [group(0)] })
  const { code, out, err } = await run('--sample', '50', '--rate', '600/m')
  t.equal(code, 0)
  t.same(asked, ['/cache/audit?sample=50&ratePerS=10&fix=no'])
  t.match(err, /100 % 10\/10 1 drifted/)
  t.match(out, /^ROUTE +HOST +HELD +SAMPLED/)
  t.match(out, /item +shop/)
  t.match(out, /0 of 8 compared drifted \(0\.0 %\)$/)
})

t.test('drift is told with examples, and is 1 until it is repaired', async (t) => {
  const { code, out } = await (await edge(t, { ended: 'whole', groups: [group(5)] })).run()
  t.equal(code, 1)
  t.match(out, /gone: http:\/\/shop\.example\/ /)
  t.equal(out.match(/^(gone|content): /gm)!.length, 3)
  t.notMatch(out, /\x1b/)
  t.match(out, /5 of 8 compared drifted \(62\.5 %\)$/)
  const fixed = await edge(t, { ended: 'whole', groups: [group(5, 5)] })
  t.match(await fixed.run('--fix'), { code: 0, out: /, 5 forgotten$/ })
  t.match(fixed.asked, [/fix=yes$/])
})

t.test('one that ended early is refused, an empty cache is not', async (t) => {
  t.match(await (await edge(t, { ended: 'late', groups: [group(0)] })).run(), { code: 1, err: /ended early: late/ })
  t.match(await (await edge(t, { ended: 'whole', groups: [] })).run(), { code: 0, out: 'nothing is kept in memory' })
  const json = await (await edge(t, { ended: 'whole', groups: [group(1)] })).run('--json')
  t.match(JSON.parse(json.out), { ended: 'whole', groups: [{ route: 'item', held: 1_000 }] })
})

t.test('a line that is written wrongly is refused', async (t) => {
  const cli = new CliWorld()
  for (const words of [[], ['purge'], ['audit', 'x'], ['audit', '--edge', 'x'], ['audit', '--rate', 'fast'], ['audit', '--sample', '0']]) {
    t.equal((await cli.run('cache', ...words)).code, 2, words.join(' '))
  }
})

t.test('an edge that does not answer is told apart from being stopped', async (t) => {
  const cli = new CliWorld()
  t.match(await cli.run('cache', 'audit', '--edge', 'http://127.0.0.1:1'), { code: 1, err: /stopped/ })
  cli.stopped = new Promise(() => {})
  t.equal((await cli.run('cache', 'audit', '--edge', 'http://127.0.0.1:1')).code, 3)
})
