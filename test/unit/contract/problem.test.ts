import t from 'tap'
import { ProblemSchema, pointerMember, pointerMembers } from '../../../edge/contract/problem.ts'
import { refusedAt } from './accepts.ts'

t.test('members of a pointer are escaped and come back, as in RFC 6901', (t) => {
  for (const name of ['', 'a', 'a/b', 'm~n', '~1', '~0/', ' ', 'ä']) t.same(pointerMembers(`/x/${pointerMember(name)}`), ['x', name])
  t.equal(pointerMember('a/b~c'), 'a~1b~0c')
  t.end()
})

t.test('the empty pointer is the whole document', (t) => {
  t.same(pointerMembers(''), [])
  t.same(pointerMembers('/'), [''])
  t.end()
})

t.test('a problem says where and what, and perhaps the line', (t) => {
  t.same(refusedAt(ProblemSchema, { pointer: '', message: 'x' }), [])
  t.same(refusedAt(ProblemSchema, { pointer: '', message: 'x', line: 1, column: 1 }), [])
  t.same(refusedAt(ProblemSchema, { pointer: '', message: 'x', line: 0 }), ['/line'])
  t.same(refusedAt(ProblemSchema, { message: 'x', more: 1 }), ['/pointer', '/more'])
  t.end()
})
