import t from 'tap'
import { moved, others, sharesOf, sharesText, whole } from '../../../../control/domain/shares.ts'
import { EMPTY_SWITCHBOARD } from '../../../../edge/contract/switchboard.ts'
import { splitSite } from './split-site.ts'

const sum = (shares: Readonly<Record<string, number>>) => Object.values(shares).reduce((all, percent) => all + percent, 0)

t.test('a group gets its share from the others, who keep their proportions', async (t) => {
  t.same(moved({ control: 100, next: 0 }, 'next', 5), { control: 95, next: 5 })
  t.same(moved({ control: 60, next: 0, other: 40 }, 'next', 50), { control: 30, other: 20, next: 50 })
  t.same(moved({ control: 60, next: 0, other: 40 }, 'next', 100), { control: 0, other: 0, next: 100 })
  t.same(moved({ control: 0, next: 100 }, 'control', 10), { control: 10, next: 90 })
  t.same(
    moved({ control: 0, next: 100, other: 0 }, 'next', 90),
    { control: 10, next: 90, other: 0 },
    'what nobody had is of the control group',
  )
  for (const percent of [0, 0.1, 33.3, 99.9])
    t.ok(Math.abs(sum(moved({ control: 50, a: 30, b: 20 }, 'a', percent)) - 100) < 1e-9, String(percent))
})

t.test('shares are those of the switchboard, else those of the site', async (t) => {
  const site = splitSite()
  const weights = [{ route: 'shop', percents: { next: 40 }, owner: 'ann', reason: 'why', setAtMs: 1, expiresAtMs: 10 }]
  const board = { ...EMPTY_SWITCHBOARD, weights }
  t.same(sharesOf(site, board, 'shop', 9), { control: 60, next: 40, zone: 0 })
  t.same(sharesOf(site, board, 'shop', 10), { control: 90, next: 0, zone: 10 })
  t.equal(sharesOf(site, board, 'plain', 0), null)
  t.equal(sharesOf(site, board, 'constructor', 0), null)
  t.equal(sharesOf(null, board, 'shop', 0), null)
})

t.test('the control group has what is left', async (t) => {
  t.same(whole({ next: 5 }), { control: 95, next: 5 })
  t.same(others(whole({ next: 5 })), { next: 5 })
  t.equal(sharesText({ control: 66.6666, next: 33.3334 }), 'control 66.67 %, next 33.33 %')
})
