import t from 'tap'
import { ACTIONS, type Action, mayDo, ROLES } from '../../../../control/domain/access.ts'

const allowed = (role: (typeof ROLES)[number]) => (Object.keys(ACTIONS) as Action[]).filter((action) => mayDo(role, action))

t.test('each role of the staff may do what the one before it may, and more', async (t) => {
  t.same(allowed('viewer'), ['read', 'validate', 'explain'])
  t.same(allowed('operator'), ['read', 'validate', 'explain', 'switch', 'override', 'purge', 'hold', 'change'])
  t.same(allowed('editor'), ['read', 'validate', 'explain', 'switch', 'override', 'purge', 'hold', 'change', 'draft', 'publish'])
  t.same(allowed('admin'), ['read', 'validate', 'explain', 'switch', 'override', 'purge', 'hold', 'change', 'draft', 'publish', 'tokens'])
})

t.test('an edge may open streams and nothing else, and nobody else may', async (t) => {
  t.same(allowed('edge'), ['stream'])
  t.same(
    ROLES.filter((role) => mayDo(role, 'stream')),
    ['edge'],
  )
})

t.test('who hands in row changes may do that and nothing else', async (t) => {
  t.same(allowed('changes'), ['change'])
})
