import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const planOf = (route: object) => {
  const site = { pools: { shop: {} }, routes: { item: { path: '/item/{id}', pool: 'shop', ...route } } }
  return compile(toldOf(site), makeRegistries()).plans.get('item')!.batch
}
const batch = { target: '/items?ids={ids}' }

t.test('a route without it has none', async (t) => t.equal(planOf({}), null))

t.test('a bulk request has the fields of the rule, and those that the key is made of', async (t) => {
  t.same(planOf({ batch })!.fields, ['accept', 'accept-language', 'origin', 'x-ua-device', 'x-client-class'])
  const key = { headers: { 'X-Country': {} }, device: 'yes' }
  t.same(planOf({ batch: { ...batch, fields: ['X-Api'] }, cache: { key } })!.fields, [
    ...['x-api', 'x-country', 'x-ua-device', 'x-client-class', 'user-agent'],
  ])
})
