import t from 'tap'
import { canonicalJson, digestOf } from '../../../edge/contract/canonical-json.ts'

t.test('members are sorted by UTF-16 code units, as in RFC 8785 §3.2.3', (t) => {
  const value = { '\u20ac': 'Euro', '\r': 'CR', '\ufb33': 'Dalet', '1': 'One', '\ud83d\ude00': 'Smile', '\u0080': 'Control', ö: 'o' }
  const names = [...canonicalJson(value).matchAll(/:"(\w+)"/g)].map((found) => found[1])
  t.same(names, ['CR', 'One', 'Control', 'o', 'Euro', 'Smile', 'Dalet'])
  t.end()
})

t.test('numbers and texts are written as in RFC 8785 §3.2.2', (t) => {
  t.equal(canonicalJson([1e21, 1e30, 4.5, 2e-3, 1e-27, -0]), '[1e+21,1e+30,4.5,0.002,1e-27,0]')
  t.equal(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/'), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"')
  t.equal(canonicalJson({ b: [true, null], a: { d: 1, c: 2 } }), '{"a":{"c":2,"d":1},"b":[true,null]}')
  t.end()
})

t.test('what is undefined is left out', (t) => {
  t.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}')
  t.end()
})

t.test('what JSON cannot say is refused', (t) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, 5n, [undefined]])
    t.throws(() => canonicalJson(value), RangeError)
  const loop: unknown[] = []
  loop.push(loop)
  t.throws(() => canonicalJson(loop), /nested deeper than 64/)
  t.end()
})

t.test('the digest does not depend on the order of members', (t) => {
  t.equal(digestOf({ a: 1, b: { c: 2, d: 3 } }), digestOf({ b: { d: 3, c: 2 }, a: 1 }))
  t.not(digestOf({ a: 1 }), digestOf({ a: 2 }))
  // echo -n '{}' | sha256sum
  t.equal(digestOf({}), '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
  t.end()
})
