import t from 'tap'
import { parseStandIn, WhenDownSchema } from '../../../edge/contract/stand-in.ts'
import { validate } from '../../../edge/contract/validate.ts'

t.test('a step names what stands in, and which', async (t) => {
  t.same(parseStandIn('stale'), { kind: 'stale' })
  t.same(parseStandIn('fallback'), { kind: 'fallback' })
  t.same(parseStandIn('fallback:menu'), { kind: 'fallback-of', id: 'menu' })
  t.same(parseStandIn('pool:second'), { kind: 'pool', id: 'second' })
})

t.test('what is no step is refused with its place', async (t) => {
  for (const step of ['', 'queue', 'pool', 'pool:', 'static:x', 'Stale', 'fallback:A']) {
    t.match(validate(WhenDownSchema, ['stale', step]), { ok: false, problems: [{ pointer: '/1' }] }, step)
  }
})
