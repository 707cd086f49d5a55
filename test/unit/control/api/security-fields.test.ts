import t from 'tap'
import { API_POLICY, CONSOLE_POLICY, SECURITY_FIELDS } from '../../../../control/api/security-fields.ts'

t.test('nothing is allowed that is not named, and nothing inline or from elsewhere is named', async (t) => {
  for (const policy of [API_POLICY, CONSOLE_POLICY]) {
    t.match(policy, /^default-src 'none';/)
    t.match(policy, /frame-ancestors 'none'/)
    t.notMatch(policy, /unsafe|\*|https?:|data:/)
  }
})

t.test('no field lets another site in', async (t) => {
  t.same(
    Object.keys(SECURITY_FIELDS).filter((name) => name.startsWith('access-control-')),
    [],
  )
})
