import t from 'tap'
import { maskedBody } from '../../../edge/http/masked-body.ts'

const masked = (type: string | undefined, text: string, more: readonly string[] = []) => {
  const bytes = maskedBody(type, Buffer.from(text), new Set(more))
  return bytes === null ? null : Buffer.from(bytes).toString()
}

t.test('forms and JSON are kept without their secrets', async (t) => {
  t.equal(masked('application/x-www-form-urlencoded; charset=utf-8', 'user=eva&password=x'), 'user=eva&password=***')
  const login = { user: 'eva', secret: { deep: 1 }, list: [{ accessToken: 'x', n: 1 }], card: '4111' }
  t.same(JSON.parse(masked('application/vnd.shop+json', JSON.stringify(login), ['card'])!), {
    user: 'eva',
    secret: '***',
    list: [{ accessToken: '***', n: 1 }],
    card: '***',
  })
})

t.test('what cannot be looked into is not kept', async (t) => {
  t.equal(masked('text/plain', 'password=x'), null)
  t.equal(masked(undefined, '{}'), null)
  t.equal(masked('application/json', '{"password": '), null)
  t.equal(masked('application/json', `${'['.repeat(40)}${']'.repeat(40)}`), null)
})
