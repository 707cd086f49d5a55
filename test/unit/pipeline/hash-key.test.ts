import t from 'tap'
import { parseHashKey } from '../../../edge/contract/balance.ts'
import { hashKeyValue } from '../../../edge/pipeline/hash-key.ts'
import { Line } from '../../support/exchange-maker.ts'

const line = new Line()
const { asked } = line.asked({ target: '/p?id=7', headers: { Cookie: 'sid=abc', 'X-Empty': '' } })
const value = (text: string) => hashKeyValue(parseHashKey(text), asked)

t.test('the first key that the request has counts', async (t) => {
  t.equal(value('cookie:sid, address'), 'abc')
  t.equal(value('cookie:none, address'), '198.51.100.7')
  t.equal(value('header:x-empty,query:none,path'), '/p')
})

t.test('a key of several parts counts when all of them are there, and no two read alike', async (t) => {
  t.equal(value('host+path'), 'shop.example\0/p')
  t.equal(value('path+cookie:none, query:id+cookie:sid'), '7\0abc')
})

t.test('without any there is no key', async (t) => {
  t.equal(value('cookie:none, query:none'), '')
})
