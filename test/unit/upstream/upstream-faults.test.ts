import t from 'tap'
import { faultOf, TOO_MANY_INTERIM, UNASKED_UPGRADE } from '../../../edge/upstream/upstream-faults.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'

const error = (code: string) => Object.assign(new Error(`it says ${code}`), { code })

t.test('before a connection stood nothing was sent: every fault may be retried elsewhere', async (t) => {
  for (const code of ['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND', 'ECONNRESET', 'ERR_SSL_WRONG_VERSION_NUMBER', 'CERT_HAS_EXPIRED'])
    t.match(faultOf(error(code), 'p:1', 'connecting'), { code: 'UPSTREAM_CONNECT', row: { retry: 'always' } }, code)
  t.match(faultOf('closed', 'p:1', 'connecting'), { code: 'UPSTREAM_CONNECT', row: { retry: 'always' } })
  t.match(faultOf(error('ETIMEDOUT'), 'p:1', 'connecting'), { code: 'UPSTREAM_CONNECT_TIMEOUT', row: { retry: 'always' } })
})

t.test('after the request was sent, a break may be retried only for what is idempotent', async (t) => {
  for (const cause of [error('ECONNRESET'), error('EPIPE'), error('ETIMEDOUT'), 'closed'] as const)
    t.match(faultOf(cause, 'p:1', 'sent'), { code: 'UPSTREAM_RESET', row: { retry: 'if-idempotent' } }, String(cause))
})

t.test(
  'an answer that breaks a rule is invalid, and asked of another peer only where it may run twice, and the log gets the rule',
  async (t) => {
    for (const fault of [RULES['bare-lf'], UNASKED_UPGRADE, TOO_MANY_INTERIM])
      t.match(faultOf(fault, 'p:1', 'sent'), {
        code: 'UPSTREAM_INVALID',
        row: { retry: 'if-idempotent' },
        detail: { peer: 'p:1', rule: fault.rule, section: fault.section },
      })
  },
)

t.test('behind the head every fault is a cut body', async (t) => {
  for (const cause of [error('ECONNRESET'), RULES['chunk-size'], 'closed'] as const)
    t.equal(faultOf(cause, 'p:1', 'flowing').code, 'UPSTREAM_CUT', String(cause))
  t.match(faultOf(RULES['chunk-size'], 'p:1', 'flowing'), { detail: { rule: 'chunk-size' } })
})

t.test('the log gets the peer, the reason and the cause', async (t) => {
  const cause = error('ECONNREFUSED')
  t.match(faultOf(cause, 'p:1', 'connecting'), { detail: { peer: 'p:1', reason: 'it says ECONNREFUSED' }, cause })
  const wordless = new AggregateError([cause])
  Object.assign(wordless, { code: 'ECONNREFUSED' })
  t.match(faultOf(wordless, 'p:1', 'connecting'), { detail: { reason: 'ECONNREFUSED' } }, 'several addresses tried in vain')
})
