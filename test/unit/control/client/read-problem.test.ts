import t from 'tap'
import { isProblem, readProblem } from '../../../../control/client/read-problem.ts'

t.test('the detail of a refusal is the sentence, its title when there is none', (t) => {
  t.equal(readProblem(422, { title: 'Not valid', detail: 'The site is not valid.' }).sentence, 'The site is not valid.')
  t.equal(readProblem(422, { title: 'Not valid' }).sentence, 'Not valid')
  t.end()
})

t.test('where the API cannot know what to do next, it is added', (t) => {
  t.equal(
    readProblem(401, { detail: 'The token is not known here.' }).sentence,
    'The token is not known here; set --token or WEIR_TOKEN to a token of this control plane',
  )
  t.end()
})

t.test('whatever else answers is told by its status', (t) => {
  for (const body of [null, '<html>', [], 5, {}]) t.equal(readProblem(502, body).sentence, 'the control plane answered 502')
  t.end()
})

t.test('each problem is a line below the sentence, unless the sentence says it already', (t) => {
  const problems = [
    { pointer: '/forMs', message: 'must be at most 30 days' },
    { pointer: '', message: 'Not so.' },
  ]
  t.equal(readProblem(400, { detail: 'Not so.', problems }).sentence, 'Not so.\n  /forMs  must be at most 30 days')
  t.end()
})

t.test('problems that are none are left out', (t) => {
  const problems = [{ pointer: '/a', message: 'b' }, { pointer: 5 }, null]
  t.same(readProblem(422, { detail: 'x', problems }).problems, [{ pointer: '/a', message: 'b' }])
  t.same(readProblem(422, { detail: 'x', problems: 'no' }).problems, [])
  t.end()
})

t.test('a refusal of the API has a title; anything else is no refusal of it', (t) => {
  t.equal(isProblem({ title: 'No' }), true)
  for (const body of [null, '<html>', [], 5, {}, { title: 5 }]) t.equal(isProblem(body), false)
  t.end()
})
