import t from 'tap'
import {
  ANY_TAG,
  groupsOf,
  groupTag,
  hasTags,
  MAX_TAG_FIELD,
  MAX_TAG_LENGTH,
  MAX_TAGS,
  routeTag,
  tagsOf,
} from '../../../edge/cache/tags.ts'
import { Fields } from '../../../edge/http/fields.ts'

const ORIGIN = 'https://shop.example'
const tags = (fields: Record<string, string | string[]>) => tagsOf(Fields.of(fields), ORIGIN)

t.test('Surrogate-Key is parted by spaces, Cache-Tag by commas, over all their lines, each label once', async (t) => {
  t.same(tags({ 'Surrogate-Key': ['p7  p8', 'p7\tlist'], 'Cache-Tag': 'p8, a b ,,c' }), ['p7', 'p8', 'list', 'a b', 'c'])
  t.equal(hasTags(Fields.of({ 'Cache-Tag': '' })), true)
  t.equal(hasTags(Fields.of({ Etag: '"1"' })), false)
})

t.test('Cache-Groups are strings of a list, known by name and, among origins, as those of one', async (t) => {
  t.same(tags({ 'Cache-Groups': '"a b";x=1, "C"' }), ['a b', groupTag(ORIGIN, 'a b'), 'C', groupTag(ORIGIN, 'C')])
  t.not(groupTag('https://a', 'b'), groupTag('https://b', 'b'))
})

t.test('a list of groups with something else in it says nothing', async (t) => {
  for (const text of ['a, b', '"a", 1', '"a", ("b")', '"a', '']) t.same(tags({ 'Cache-Groups': text }), [], text)
  t.same(groupsOf(Fields.of({ 'Cache-Group-Invalidation': '"a", "b"' }), 'cache-group-invalidation'), ['a', 'b'])
  t.equal(groupsOf(Fields.of({}), 'cache-group-invalidation'), null)
})

t.test('who sends more labels than are kept is reached by all of them', async (t) => {
  const many = tags({ 'Surrogate-Key': Array.from({ length: MAX_TAGS + 5 }, (_, i) => `t${i}`).join(' ') })
  t.equal(many.length, MAX_TAGS + 1)
  t.equal(many.at(-1), ANY_TAG)
  t.same(tags({ 'Cache-Tag': `ok, ${'x'.repeat(MAX_TAG_LENGTH + 1)}` }), ['ok', ANY_TAG])
  t.same(tags({ 'Surrogate-Key': 'x '.repeat(MAX_TAG_FIELD) }), [ANY_TAG])
})

t.test('no origin can send the label of a route', async (t) => {
  t.match(routeTag('a'), /^\0/)
})
