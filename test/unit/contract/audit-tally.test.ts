import t from 'tap'
import type { AuditReport } from '../../../edge/contract/audit.ts'
import { addedUp, countSkipped, countVerdict, driftedIn, driftRatio, newGroup, sumOf } from '../../../edge/contract/audit-tally.ts'

function group(route: string, host = 'a', drifted = 1) {
  const made = newGroup(route, host)
  made.held = 10
  countVerdict(made, 'same', 'http://a/1')
  countVerdict(made, 'error', 'http://a/2')
  for (let i = 0; i < drifted; i++) countVerdict(made, 'content', `http://a/${route}/${i}`)
  countSkipped(made, 'stale')
  return made
}

t.test('a group counts what came of each, and remembers at most ten that drifted', async (t) => {
  const made = group('all', 'a', 12)
  t.match(made, { sampled: 15, verdicts: { same: 1, error: 1, content: 12, gone: 0 }, skipped: { stale: 1 } })
  t.equal(made.examples.length, 10)
  t.same(made.examples[0], { url: 'http://a/all/0', drift: 'content' })
})

t.test('errors and what was skipped have no part in the share of drift', async (t) => {
  t.equal(driftRatio([group('all')]), 0.5)
  const nothing = newGroup('all', 'a')
  countVerdict(nothing, 'error', '')
  t.equal(driftRatio([nothing]), null)
  t.equal(driftedIn([group('a'), group('b', 'b', 3)]), 4)
})

t.test('reports of workers are added up by route and host', async (t) => {
  const reports: AuditReport[] = [
    { ended: 'whole', groups: [group('b'), group('a')] },
    { ended: 'late', groups: [group('b', 'a', 20), group('b', 'c')] },
  ]
  const sum = addedUp(reports)
  t.equal(sum.ended, 'late')
  t.same(
    sum.groups.map(({ route, host }) => route + host),
    ['aa', 'ba', 'bc'],
  )
  t.match(sum.groups[1], { held: 20, sampled: 27, verdicts: { content: 21, same: 2 }, skipped: { stale: 2 } })
  t.equal(sum.groups[1]!.examples.length, 10)
  t.equal(
    sumOf(sum.groups, ({ held }) => held),
    40,
  )
  t.same(addedUp([]), { ended: 'whole', groups: [] })
})
