import t from 'tap'
import { checkReferences } from '../../../edge/contract/check-references.ts'
import { lines, siteOf, siteWithRoutes } from './site-of.ts'

t.test('every id that is named exists', (t) => {
  const home = { pool: 'shop', crawlerPool: 'shop', limits: ['slow'], degrade: { fallback: 'resting' } }
  t.same(
    lines(
      checkReferences(siteWithRoutes({ home, soon: { respond: 'resting' } }, { limits: { slow: { rate: '1/s', fallback: 'resting' } } })),
    ),
    [],
  )
  t.end()
})

t.test('an id that does not exist is told where it stands, with the nearest that does', (t) => {
  const home = { pool: 'shp', crawlerPool: 'crawlers', limits: ['slow', 'solw'], respond: 'restin', degrade: { fallback: 'zebra' } }
  t.same(lines(checkReferences(siteWithRoutes({ home }, { limits: { slow: { rate: '1/s', fallback: 'rsting' } } }))), [
    '/limits/slow/fallback there is no fallback "rsting"; did you mean "resting"?',
    '/routes/home/pool there is no pool "shp"; did you mean "shop"?',
    '/routes/home/crawlerPool there is no pool "crawlers"; there is shop',
    '/routes/home/respond there is no fallback "restin"; did you mean "resting"?',
    '/routes/home/limits/1 there is no limit "solw"; did you mean "slow"?',
    '/routes/home/degrade/fallback there is no fallback "zebra"; there is resting',
  ])
  t.end()
})

t.test('where there is nothing of the kind, that is said', (t) => {
  t.same(lines(checkReferences(siteOf({ routes: { home: { pool: 'shop' } } }))), [
    '/routes/home/pool there is no pool "shop"; the site has no pools, so add it under pools',
  ])
  t.end()
})

t.test('what every object inherits is no id', (t) => {
  t.match(lines(checkReferences(siteWithRoutes({ home: { pool: 'constructor' } }))), [/there is no pool "constructor"/])
  t.end()
})
