import { STATUS_CODES } from 'node:http'
import { fastify } from 'fastify'
import t from 'tap'
import { REFUSALS, type RefusalKind, refuse } from '../../../../control/api/refusal.ts'

t.test('every refusal is a problem document with its own type and a status that HTTP knows', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  app.get<{ Params: { kind: RefusalKind } }>('/:kind', ({ params }, reply) => refuse(reply, params.kind, 'because'))
  for (const [kind, [status, title]] of Object.entries(REFUSALS)) {
    const answer = await app.inject(`/${kind}`)
    t.equal(answer.statusCode, status)
    t.ok(STATUS_CODES[status])
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.same(answer.json(), { type: `urn:weir:${kind}`, title, status, detail: 'because' })
  }
})

t.test('problems are passed on', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const problems = [{ pointer: '/a', message: 'no' }]
  app.get('/', (_, reply) => refuse(reply, 'invalid', 'because', problems))
  t.same((await app.inject('/')).json().problems, problems)
})
