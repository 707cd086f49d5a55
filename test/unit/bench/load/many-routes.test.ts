import t from 'tap'
import { ROUTED_PAGES, type RoutePlace, routedPages, routePlaces } from '../../../../bench/load/many-routes.ts'
import { Fields } from '../../../../edge/http/fields.ts'
import { compileRoutes } from '../../../../edge/route/route-table.ts'

const ruleOf = (place: RoutePlace) => ({ ...place, methods: [], headers: {}, query: {}, cookies: {} })
const tableOf = (count: number) =>
  compileRoutes(Object.fromEntries(routePlaces(count).map((place, i) => [`route-${i}`, ruleOf(place)])), ['*'])

for (const count of [10, 10_000]) {
  t.test(`each page of ${count} routes is taken by the route that it is for`, async (t) => {
    const table = tableOf(count)
    const wrong = routedPages(count).filter(({ host, path }, i) => {
      const found = table.match({ host, path, method: 'GET', fields: Fields.of(), query: null })
      return found.kind !== 'found' || found.id !== `route-${i % count}`
    })
    t.same(wrong, [])
  })
}

t.test('small and large sites are asked for as many different pages, as long as each other', async (t) => {
  const texts = (count: number) => routedPages(count).map(({ host, path }) => `${host}${path}`)
  const [small, large] = [texts(10), texts(10_000)]
  t.equal(new Set(small).size, ROUTED_PAGES)
  t.equal(new Set(large).size, ROUTED_PAGES)
  t.same(
    small.map(({ length }) => length),
    large.map(({ length }) => length),
  )
})

t.test('a small site is the beginning of a large one', async (t) => {
  t.same(routePlaces(10), routePlaces(10_000).slice(0, 10))
})
