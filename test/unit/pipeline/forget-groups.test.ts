import t from 'tap'
import { groupTag } from '../../../edge/cache/tags.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { forgetGroups } from '../../../edge/pipeline/forget-groups.ts'
import { Line } from '../../support/exchange-maker.ts'

const ORIGIN = 'http://shop.example'

function forget(text: string | null) {
  const line = new Line()
  const { asked, x } = line.asked({ method: 'POST' })
  forgetGroups(asked, text === null ? Fields.of() : Fields.of({ 'Cache-Group-Invalidation': text }), x)
  const verdict = (origin: string, group: string) =>
    line.fence.table.verdict('k', { fillSeq: 0, requestedAtMs: line.clock.wallMs(), tags: [groupTag(origin, group)] })
  return { line, verdict }
}

t.test('groups of its own origin go, those of others stay', async (t) => {
  const { verdict } = forget('"cart", "prices";x=1')
  t.same(
    [verdict(ORIGIN, 'cart'), verdict(ORIGIN, 'prices'), verdict(ORIGIN, 'Cart'), verdict('http://other.example', 'cart')],
    ['hard', 'hard', 'none', 'none'],
  )
})

t.test('what is no list of strings says nothing', async (t) => {
  for (const text of [null, '', 'cart', '"a", 1']) t.equal(forget(text).line.fence.table.version, 1, String(text))
})
