import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { appendVia } from '../../../edge/http/via.ts'

t.test('the hop is added last, into one line with those before it', async (t) => {
  const fields = Fields.of({ Via: '1.0 fred', Host: 'a', via: '2 (a, comment)' })
  appendVia(fields, '1.1', 'weir')
  t.same(fields.toRaw(), ['Via', '1.0 fred, 2 (a, comment), 1.1 weir', 'Host', 'a'])
})

t.test('without an earlier hop this is the first', async (t) => {
  const fields = Fields.of()
  appendVia(fields, '2', 'weir')
  t.same(fields.toRaw(), ['Via', '2 weir'])
})
