import t from 'tap'
import {
  looseEntityTag,
  looseEntityTags,
  MAX_ENTITY_TAGS,
  parseEntityTag,
  parseEntityTags,
  strongMatch,
  weakMatch,
} from '../../../edge/http/entity-tag.ts'

t.test('one tag is read, strong or weak', async (t) => {
  t.same(parseEntityTag('"abc"'), { weak: false, opaque: 'abc' })
  t.same(parseEntityTag('W/"a,b"'), { weak: true, opaque: 'a,b' })
  t.same(parseEntityTag('""'), { weak: false, opaque: '' })
  for (const value of ['', 'abc', 'w/"a"', '"a', 'a"', '"a"b', '"a b"', '"a\0"', '"a", "b"', '*'])
    t.equal(parseEntityTag(value), null, encodeURIComponent(value))
})

t.test('a list is read with empty members, an asterisk is any', async (t) => {
  t.same(parseEntityTags('"a", W/"b",, "c,d" ,'), [
    { weak: false, opaque: 'a' },
    { weak: true, opaque: 'b' },
    { weak: false, opaque: 'c,d' },
  ])
  t.equal(parseEntityTags(' * '), '*')
})

t.test('a malformed list is none at all', async (t) => {
  for (const value of ['', ',', 'abc', '"a" "b"', '"a", b', '*, "a"', '"a', '"a", "'])
    t.equal(parseEntityTags(value), null, encodeURIComponent(value))
})

t.test('tags beyond the limit are ignored, in linear time', async (t) => {
  const startMs = performance.now()
  t.equal(parseEntityTags('"a", '.repeat(200_000))?.length, MAX_ENTITY_TAGS)
  t.equal(parseEntityTags(' ,'.repeat(500_000)), null)
  t.equal(parseEntityTags(`"a" ${' '.repeat(500_000)}x`), null)
  t.ok(performance.now() - startMs < 5_000)
})

t.test('the comparison table of RFC 9110 §8.8.3.2 holds', async (t) => {
  const [weak1, weak2, strong1] = [parseEntityTag('W/"1"')!, parseEntityTag('W/"2"')!, parseEntityTag('"1"')!]
  t.same([strongMatch(weak1, weak1), weakMatch(weak1, weak1)], [false, true])
  t.same([strongMatch(weak1, weak2), weakMatch(weak1, weak2)], [false, false])
  t.same([strongMatch(weak1, strong1), weakMatch(weak1, strong1)], [false, true])
  t.same([strongMatch(strong1, strong1), weakMatch(strong1, strong1)], [true, true])
})

t.test('a tag that is written wrongly is a weak one of its bare text', async (t) => {
  t.same(looseEntityTag('abc'), { weak: true, opaque: 'abc' })
  t.same(looseEntityTag('w/"abc"'), { weak: true, opaque: 'w/"abc' })
  t.same(looseEntityTag('"abc"'), { weak: false, opaque: 'abc' })
  t.equal(looseEntityTag(''), null)
  t.same(looseEntityTags('abc, "d e"'), [
    { weak: true, opaque: 'abc' },
    { weak: true, opaque: 'd e' },
  ])
  t.equal(looseEntityTags('a,'.repeat(10_000)).length, 256)
})
