import t from 'tap'
import { adminUrl, DEFAULT_ADMIN } from '../../../../control/cli/admin-url.ts'

t.test('an edge is where the user says, else on this machine', async (t) => {
  t.equal(adminUrl('http://10.0.0.1:9901').href, 'http://10.0.0.1:9901/')
  t.equal(adminUrl(undefined).origin, DEFAULT_ADMIN)
})

t.test('what is no URL of an admin port is refused with what it was', async (t) => {
  for (const text of ['', '10.0.0.1:9901', 'https://10.0.0.1:9901', 'http:///x', 'http://a b'])
    t.throws(() => adminUrl(text), { message: /^--edge must be a URL such as http:\/\/127\.0\.0\.1:9901; it is / }, text)
})
