import t from 'tap'
import { NameList } from '../../../edge/http/name-list.ts'

t.test('names are found whole or by their beginning, by case', async (t) => {
  const list = new NameList(['id', 'utm_*'])
  const found = ['id', 'utm_', 'utm_source', 'ids', 'ID', 'UTM_source', 'xutm_', 'utm', '*', ''].filter((name) => list.has(name))
  t.same(found, ['id', 'utm_', 'utm_source'])
})

t.test('a list of nothing has nothing, one of * has all', async (t) => {
  t.ok(new NameList([]).isEmpty)
  t.notOk(new NameList([]).has(''))
  t.ok(new NameList(['*']).has('anything'))
  t.notOk(new NameList(['*']).isEmpty)
})
