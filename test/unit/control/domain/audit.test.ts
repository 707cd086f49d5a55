import t from 'tap'
import { auditEntry, ITSELF } from '../../../../control/domain/audit.ts'

t.test('an entry says who, when, from where, what changed and why', async (t) => {
  const actor = { name: 'ann', address: '192.0.2.7', requestId: 'r1' }
  const deed = { action: 'switch.set', subject: 'sale', reason: 'too much load', change: { mode: 'closed' } } as const
  t.same(auditEntry(actor, deed, 1_000), {
    atMs: 1_000,
    actor: 'ann',
    address: '192.0.2.7',
    requestId: 'r1',
    action: 'switch.set',
    subject: 'sale',
    reason: 'too much load',
    change: { mode: 'closed' },
  })
})

t.test('what happens without a request is the deed of the control plane itself', async (t) => {
  t.equal(auditEntry(ITSELF, { action: 'site.publish', subject: 'r1', reason: '', change: {} }, 0).actor, 'weir')
})
