import t from 'tap'
import { appendCdnLoop, countCdnLoop } from '../../../edge/http/cdn-loop.ts'
import { Fields } from '../../../edge/http/fields.ts'

t.test('own marks are counted over all lines and members, case ignored', async (t) => {
  t.equal(countCdnLoop([], 'weir'), 0)
  t.equal(countCdnLoop(['foo123.foocdn.example, weir; trace="abcdef"', 'AnotherCDN; abc=123; def="456",,WEIR'], 'Weir'), 2)
  t.equal(countCdnLoop(['[2001:db8::1]:443, weir:80'], 'weir'), 0)
})

t.test('what stands in quotes or parameters does not count', async (t) => {
  t.equal(countCdnLoop(['a; x="b, weir", c; y="\\", weir"; weir=1'], 'weir'), 0)
})

t.test('a line that does not parse is no count', async (t) => {
  for (const line of ['a b', 'a; x', 'a; x=', 'a; =1', 'a; x="b', 'a;', 'weir, "weir"', 'a\0', 'a; x = 1', 'a/b']) {
    t.equal(countCdnLoop(['weir', line], 'weir'), null, encodeURIComponent(line))
  }
})

t.test('this edge is added last, into one line', async (t) => {
  const fields = Fields.of({ 'cdn-loop': ['a; x="1"', 'b'] })
  appendCdnLoop(fields, 'weir')
  t.same(fields.toRaw(), ['CDN-Loop', 'a; x="1", b, weir'])
  const fresh = Fields.of()
  appendCdnLoop(fresh, 'weir')
  t.equal(countCdnLoop(fresh.getAll('cdn-loop'), 'weir'), 1)
})

t.test('long hostile lines cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of [',', ' ', 'a;', 'a; x="', '"', 'weir,', ';x=1']) countCdnLoop([`a${piece.repeat(200_000)}`], 'weir')
  t.ok(performance.now() - startMs < 5_000)
})
