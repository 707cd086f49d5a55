import t from 'tap'
import { type CacheControl, MAX_DELTA_SECONDS, parseCacheControl } from '../../../edge/http/cache-control.ts'

function parse(...lines: string[]): CacheControl {
  return parseCacheControl(lines)
}

t.test('no line says nothing', async (t) => {
  const nothing = parse()
  t.equal(nothing.maxAgeSeconds, null)
  t.equal(nothing.noStore, false)
  t.equal(nothing.private, false)
  t.same(parse('', ' , ,, '), nothing)
})

t.test('response directives are read in any case', async (t) => {
  t.match(
    parse('Public, MAX-AGE=60, s-maxage=120, stale-while-revalidate=30, stale-if-error=300', 'must-revalidate,proxy-revalidate, immutable'),
    {
      public: true,
      maxAgeSeconds: 60,
      sMaxAgeSeconds: 120,
      staleWhileRevalidateSeconds: 30,
      staleIfErrorSeconds: 300,
      mustRevalidate: true,
      proxyRevalidate: true,
      immutable: true,
      noStore: false,
    },
  )
  t.match(parse('no-store, must-understand, no-transform'), { noStore: true, mustUnderstand: true, noTransform: true })
})

t.test('request directives are read; max-stale without a value takes anything', async (t) => {
  t.match(parse('max-stale=10, min-fresh=5, only-if-cached, no-cache'), {
    maxStaleSeconds: 10,
    minFreshSeconds: 5,
    onlyIfCached: true,
    noCache: true,
  })
  t.equal(parse('max-stale').maxStaleSeconds, MAX_DELTA_SECONDS)
  t.equal(parse('max-stale=x').maxStaleSeconds, 0)
})

t.test('field lists are read, lower-case and trimmed', async (t) => {
  t.same(parse('private="Set-Cookie , X-User"').private, ['set-cookie', 'x-user'])
  t.same(parse('no-cache=Set-Cookie').noCache, ['set-cookie'])
  t.same(parse('private="a", private="b"').private, ['a', 'b'])
  t.same(parse('private=" x"').private, ['x'])
})

t.test('a field list that is empty or unreadable covers everything', async (t) => {
  for (const line of [
    'private',
    'private=',
    'private=""',
    'private=" "',
    'private="a b"',
    'private="a,,b"',
    'private="a"b',
    'private="a',
    'private=","',
  ]) {
    t.equal(parse(line).private, true, line)
    t.equal(parse(line.replace('private', 'no-cache')).noCache, true, line)
  }
  t.equal(parse('private="a", private').private, true)
  t.equal(parse('private, private="a"').private, true)
})

t.test('blanks around the equals sign hide no restriction', async (t) => {
  t.same(parse('private = "x"').private, ['x'])
  t.same(parse('private =" x"').private, ['x'])
  t.same(parse('\tprivate\t=\t"x"').private, ['x'])
})

t.test('of repeated lifetimes the first holds, of what a request bears the more restrictive', async (t) => {
  t.equal(parse('max-age=1800, max-age=1').maxAgeSeconds, 1800)
  t.equal(parse('max-age=1', 'max-age=1800').maxAgeSeconds, 1)
  t.equal(parse('s-maxage=bad, s-maxage=5').sMaxAgeSeconds, 0)
  t.equal(parse('min-fresh=5, min-fresh=9').minFreshSeconds, 9)
  t.equal(parse('max-stale=5, max-stale').maxStaleSeconds, 5)
})

t.test('a lifetime that cannot be read is none', async (t) => {
  for (const value of [
    '',
    '=',
    '=-1',
    '=+1',
    '=1.5',
    '=a60',
    '=60a',
    "='60'",
    '= 60',
    ' =60',
    '="6',
    '="60"x',
    '=0x10',
    '=1e3',
    '=60 s',
    '="\\6\\0 "',
  ]) {
    t.equal(parse(`max-age${value}`).maxAgeSeconds, 0, value)
  }
})

t.test('a lifetime may be quoted, have leading zeros, and is capped at 2^31', async (t) => {
  t.equal(parse('max-age="60"').maxAgeSeconds, 60)
  t.equal(parse('max-age=003600').maxAgeSeconds, 3600)
  t.equal(parse('max-age=2147483649').maxAgeSeconds, MAX_DELTA_SECONDS)
  t.equal(parse(`max-age=${'9'.repeat(1000)}`).maxAgeSeconds, MAX_DELTA_SECONDS)
})

t.test('what stands in quotes is not a directive, what stands behind a broken quote is', async (t) => {
  t.match(parse('ext="max-age=3600, no-store", max-age=1'), { maxAgeSeconds: 1, noStore: false })
  t.match(parse('ext="a\\", no-store", max-age=1'), { maxAgeSeconds: 1, noStore: false })
  t.match(parse('ext="a, no-store'), { noStore: true })
  t.match(parse('private="a, no-store', 'max-age=5'), { private: true, noStore: true, maxAgeSeconds: 5 })
})

t.test('a semicolon separates too, and spoils the value before it', async (t) => {
  t.match(parse('max-age=60; private'), { maxAgeSeconds: 0, private: true })
  t.match(parse('no-store; max-age=60'), { noStore: true, maxAgeSeconds: 60 })
})

t.test('a flag with a value restricts but permits nothing', async (t) => {
  t.match(parse('no-store=x, must-revalidate="", public=x, immutable=1, must-understand='), {
    noStore: true,
    mustRevalidate: true,
    public: false,
    immutable: false,
    mustUnderstand: false,
  })
})

t.test('unknown directives and names of JavaScript do nothing', async (t) => {
  t.same(parse('foo, bar=1, __proto__=1, constructor, hasOwnProperty="x", maxAgeSeconds=9, no-stor'), parse())
  t.equal(({} as Record<string, unknown>).maxAgeSeconds, undefined)
})

t.test('the answer for no lines cannot be changed for everyone', async (t) => {
  t.ok(Object.isFrozen(parse()))
})
