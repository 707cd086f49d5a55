import t from 'tap'
import { HASH_KEY_PATTERN, parseHashKey } from '../../../edge/contract/balance.ts'

const PATTERN = new RegExp(HASH_KEY_PATTERN, 'u')

t.test('a hash key is one part, several joined, or several keys of which the first counts', async (t) => {
  t.same(parseHashKey('path'), [[{ kind: 'path' }]])
  t.same(parseHashKey('host+header:X-Tenant'), [[{ kind: 'host' }, { kind: 'header', name: 'x-tenant' }]])
  t.same(parseHashKey('cookie:sid, query:user+path,address'), [
    [{ kind: 'cookie', name: 'sid' }],
    [{ kind: 'query', name: 'user' }, { kind: 'path' }],
    [{ kind: 'address' }],
  ])
})

t.test('its form is bounded', async (t) => {
  for (const text of ['path', 'cookie:a,cookie:b, cookie:c,path', 'path+host+query:a+query:b']) t.ok(PATTERN.test(text), text)
  for (const text of ['', 'path,', '+path', 'path++host', 'path , host', 'a', 'path,path,path,path,path', 'path+path+path+path+path']) {
    t.notOk(PATTERN.test(text), text)
  }
})
