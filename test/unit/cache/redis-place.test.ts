import t from 'tap'
import { placeOf, VARIANT_ID_LENGTH, variantId, varyNamesIn, varyText } from '../../../edge/cache/redis-place.ts'

t.test('a place is of one length and alphabet, whatever the key holds', async (t) => {
  for (const key of ['', 'https://shop.example/', `\0\r\n{}${'x'.repeat(9_000)}`]) {
    t.match(placeOf('weir:', key), /^weir:e1:\{[0-9a-f]{64}\}$/)
  }
  t.not(placeOf('weir:', 'a'), placeOf('weir:', 'b'))
  t.not(placeOf('weir:', 'a'), placeOf('other:', 'a'))
})

t.test('ids of variants are of one length, and never the name of another field', async (t) => {
  for (const variant of ['', 'accept:x\0', 'y'.repeat(9_000)]) t.equal(variantId(variant).length, VARIANT_ID_LENGTH)
  t.not(variantId(''), variantId('accept\0'))
})

t.test('names of Vary come back from their text', async (t) => {
  for (const names of [[], ['accept'], ['accept', 'x-a']]) t.same(varyNamesIn(Buffer.from(varyText(names))), names)
})

t.test('a text that no edge wrote has no names', async (t) => {
  for (const text of ['a,,b', ',', 'a,', Array.from({ length: 17 }, (_, i) => i).join(), 'x'.repeat(10_000)]) {
    t.equal(varyNamesIn(Buffer.from(text)), null, text.slice(0, 20))
  }
})
