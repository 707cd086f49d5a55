import t from 'tap'
import { alsoInvalidated, invalidates } from '../../../edge/cache/invalidation.ts'
import { Fields } from '../../../edge/http/fields.ts'

t.test('a write that went well makes what is kept out of date', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'MKCOL', 'post']) t.ok(invalidates(method, 200), method)
  t.ok(invalidates('POST', 303))
})

t.test('a read, or a write that failed, does not', async (t) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE']) t.notOk(invalidates(method, 200), method)
  for (const status of [400, 404, 409, 500, 503]) t.notOk(invalidates('POST', status), String(status))
})

t.test('what Location and Content-Location name is out of date too, of the same origin only', async (t) => {
  const also = (record: Record<string, string>) => alsoInvalidated('http://shop.example/cart/1?x=1', Fields.of(record))
  t.same(also({}), [])
  t.same(also({ location: '/orders/7', 'content-location': 'http://SHOP.example:80/cart?y#z' }), ['/orders/7', '/cart?y'])
  t.same(also({ location: '2' }), ['/cart/2'], 'relative to the request')
  for (const other of ['https://shop.example/a', 'http://shop.example:81/a', '//other.example/a', 'http://[', 'data:x', 'javascript:0']) {
    t.same(also({ location: other }), [], other)
  }
})
