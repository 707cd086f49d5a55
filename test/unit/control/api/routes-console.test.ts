import { fastify } from 'fastify'
import t from 'tap'
import { addConsoleRoutes } from '../../../../control/api/routes-console.ts'

t.test('a file of the console is served with its type and a policy that allows nothing inline', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  addConsoleRoutes(app, [{ path: '/', contentType: 'text/html; charset=utf-8', text: '<p>hi' }])
  const answer = await app.inject('/')
  t.equal(answer.body, '<p>hi')
  t.equal(answer.headers['content-type'], 'text/html; charset=utf-8')
  t.match(answer.headers['content-security-policy'], /script-src 'self'/)
  t.notMatch(answer.headers['content-security-policy'], /unsafe/)
})
