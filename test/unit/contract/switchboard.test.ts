import t from 'tap'
import { EMPTY_SWITCHBOARD, OverrideSchema, SwitchboardSchema, SwitchSchema } from '../../../edge/contract/switchboard.ts'
import { refusedAt } from './accepts.ts'

const standing = { owner: 'ops', reason: 'origin is slow', setAtMs: 1, expiresAtMs: 2 }

t.test('the switchboard before anything was set is one', (t) => {
  t.same(refusedAt(SwitchboardSchema, EMPTY_SWITCHBOARD), [])
  t.end()
})

t.test('a switch has an owner, a reason and an end', (t) => {
  const set = { id: 's', routes: [], clients: 'all', mode: 'closed', ...standing }
  t.same(refusedAt(SwitchSchema, set), [])
  t.same(refusedAt(SwitchSchema, { ...set, owner: '', reason: '', expiresAtMs: null }), ['/owner', '/reason', '/expiresAtMs'])
  t.same(refusedAt(SwitchSchema, { id: 's', routes: [], clients: 'all', mode: 'closed' }), [
    '/owner',
    '/reason',
    '/setAtMs',
    '/expiresAtMs',
  ])
  t.end()
})

t.test('an override names a limit and a rate', (t) => {
  t.same(refusedAt(OverrideSchema, { limit: 'l', rate: '5/s', ...standing }), [])
  t.same(refusedAt(OverrideSchema, { limit: 'l', rate: 5, ...standing }), ['/rate'])
  t.end()
})
