import t from 'tap'
import { check } from '../../../edge/contract/check.ts'
import { SiteSchema } from '../../../edge/contract/site.ts'
import { validate } from '../../../edge/contract/validate.ts'

const pool = { peers: [{ address: '127.0.0.1:1' }] }

function problemsOf(route: object): string[] {
  const valid = validate(SiteSchema, { pools: { a: pool, b: pool }, fallbacks: { none: {} }, routes: { shop: route } })
  if (!valid.ok) return valid.problems.map(({ pointer, message }) => `${pointer} ${message}`)
  return check(valid.value).map(({ pointer, message }) => `${pointer} ${message}`)
}

t.test('groups of a route that fit together', async (t) => {
  t.same(
    problemsOf({
      pool: 'a',
      writePool: 'b',
      split: { by: 'cookie:uid', groups: { next: { pool: 'b', percent: 5 } }, canary: { group: 'next' } },
    }),
    [],
  )
  t.same(problemsOf({ pool: 'a', split: { groups: { x: { pool: 'b', percent: 33.4 }, y: { pool: 'b', percent: 66.6 } } } }), [])
})

t.test('groups that do not', async (t) => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ pool: 'a', split: { groups: {} } }, /^\/routes\/shop\/split\/groups must have a group/],
    [
      { pool: 'a', split: { groups: { x: { pool: 'b', percent: 60 }, y: { pool: 'b', percent: 41 } } } },
      /groups must share at most 100 percent; they share 101/,
    ],
    [{ pool: 'a', split: { groups: { control: { pool: 'b' } } } }, /groups\/control is the name of the pool of the route itself/],
    [{ pool: 'a', split: { groups: { x: { pool: 'c' } } } }, /groups\/x\/pool there is no pool "c"/],
    [{ pool: 'a', split: { groups: { x: { pool: 'b', writePool: 'c' } } } }, /groups\/x\/writePool there is no pool "c"/],
    [{ pool: 'a', writePool: 'c' }, /\/writePool there is no pool "c"/],
    [{ respond: 'none', writePool: 'a' }, /\/writePool needs a pool beside it/],
    [{ respond: 'none', split: { groups: { x: { pool: 'b' } } } }, /\/split needs a pool in the route/],
    [
      { pool: 'a', crawlerPool: 'b', split: { crawlers: 'split', groups: { x: { pool: 'b' } } } },
      /split\/crawlers must be "control" beside crawlerPool/,
    ],
    [{ pool: 'a', split: { canary: { group: 'y' }, groups: { x: { pool: 'b' } } } }, /canary\/group must be a group of this split: x$/],
    [
      { pool: 'a', split: { canary: { group: 'x', steps: [1, 5, 5] }, groups: { x: { pool: 'b' } } } },
      /canary\/steps\/2 must be more than the step before it, which is 5/,
    ],
    [{ pool: 'a', split: { by: 'cookie', groups: { x: { pool: 'b' } } } }, /split\/by must be one of request, path/],
  ]
  for (const [route, message] of cases) {
    const problems = problemsOf(route)
    t.equal(problems.length, 1, JSON.stringify(problems))
    t.match(problems[0], message)
  }
})
