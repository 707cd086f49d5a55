import t from 'tap'
import { credentialsFrom, credentialsText, storedCredentials } from '../../../../control/client/credentials.ts'

const STORED = credentialsText({ url: 'http://127.0.0.1:9900', token: 'kept' })

t.test('flags come before the environment, and that before the file', (t) => {
  const env = { WEIR_CONTROL: 'http://env', WEIR_TOKEN: 'env' }
  t.same(credentialsFrom({ flags: { control: 'http://flag', token: 'flag' }, env, stored: STORED }), { url: 'http://flag', token: 'flag' })
  t.same(credentialsFrom({ flags: {}, env, stored: STORED }), { url: 'http://env', token: 'env' })
  t.same(credentialsFrom({ flags: {}, env: {}, stored: STORED }), { url: 'http://127.0.0.1:9900', token: 'kept' })
  t.same(credentialsFrom({ flags: {}, env: {}, stored: null }), { url: 'http://127.0.0.1:9900', token: '' })
  t.end()
})

t.test('a stored token goes to the address it was stored with and to no other', (t) => {
  const to = (control: string) => credentialsFrom({ flags: { control }, env: {}, stored: STORED }).token
  t.equal(to('http://127.0.0.1:9900/'), 'kept')
  t.equal(to('http://evil.example'), '')
  t.equal(to('https://127.0.0.1:9900'), '')
  t.equal(to('nonsense'), '')
  t.end()
})

t.test('a file that is half written or something else counts as none', (t) => {
  for (const text of ['', '{', '[]', '{"url":1,"token":"x"}', 'null']) t.equal(storedCredentials(text), null, text)
  t.same(storedCredentials(STORED), { url: 'http://127.0.0.1:9900', token: 'kept' })
  t.end()
})
