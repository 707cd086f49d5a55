import t from 'tap'
import { canonicalTarget, type TargetRules } from '../../../edge/http/target.ts'

const RULES: TargetRules = { mergeSlashes: 'merge', encodedSlash: 'refuse', maxBytes: 8192 }

function pathOf(raw: string, rules: Partial<TargetRules> = {}): string {
  const target = canonicalTarget(raw, { ...RULES, ...rules })
  return target.ok ? target.path : `refused: ${target.reason}`
}

function reasonOf(raw: string, rules: Partial<TargetRules> = {}): string | null {
  const target = canonicalTarget(raw, { ...RULES, ...rules })
  return target.ok ? null : target.reason
}

t.test('a canonical target is passed as it is', async (t) => {
  for (const raw of ['/', '/a', '/a/b/', '/.well-known/x', '/a.b/..c/...', '/%20%C3%A9', "/a;b=1/@:!$&'()*+,=~_-", '/a|b[c]{d}^"<>`']) {
    t.same(canonicalTarget(raw, RULES), { ok: true, path: raw, query: null, form: 'origin' }, raw)
  }
})

t.test('dot segments are removed, however they are written, and stop at the root', async (t) => {
  t.equal(pathOf('/a/./b/../c'), '/a/c')
  t.equal(pathOf('/a/b/..'), '/a/')
  t.equal(pathOf('/a/b/.'), '/a/b/')
  t.equal(pathOf('/a/%2e%2E/b'), '/b')
  t.equal(pathOf('/a/.%2e/b'), '/b')
  t.equal(pathOf('/%2e'), '/')
  t.equal(pathOf('/../../etc/passwd'), '/etc/passwd')
  t.equal(pathOf('/..'), '/')
  t.equal(pathOf('/mid/content=5/../6'), '/mid/6', 'the example of RFC 3986 §5.2.4')
})

t.test('percent triplets get one spelling and are decoded once', async (t) => {
  t.equal(pathOf('/%7euser/%41%2d%c3%a9'), '/~user/A-%C3%A9')
  t.equal(pathOf('/%252e%252e/a'), '/%252e%252e/a')
  t.equal(pathOf('/a%3bb%3fc'), '/a%3Bb%3Fc', 'delimiters stay encoded')
})

t.test('slashes are merged or kept as the rule says', async (t) => {
  t.equal(pathOf('//a///b//'), '/a/b/')
  t.equal(pathOf('/a//../b'), '/b')
  t.equal(pathOf('//a///b//', { mergeSlashes: 'keep' }), '//a///b//')
  t.equal(pathOf('/a//../b', { mergeSlashes: 'keep' }), '/a/b')
})

t.test('encoded slashes and backslashes are refused or kept, never decoded', async (t) => {
  for (const text of ['/a%2fb', '/a%2Fb', '/a%5cb']) t.equal(reasonOf(text), 'encoded-slash', text)
  t.equal(pathOf('/a%2f..%2fb', { encodedSlash: 'keep' }), '/a%2F..%2Fb')
  t.equal(pathOf('/a%5cb', { encodedSlash: 'keep' }), '/a%5Cb')
})

t.test('what no honest client sends is refused by name', async (t) => {
  const faults: Record<string, string> = {
    '': 'empty',
    '/a b': 'space',
    '/a\tb': 'control-byte',
    '/a\0': 'control-byte',
    '/a\x7f': 'control-byte',
    '/a\r\nX: y': 'control-byte',
    '/caf\xe9': 'non-ascii',
    '/\u2028': 'non-ascii',
    '/a\\..\\b': 'backslash',
    '/a#b': 'fragment',
    '/a?b#c': 'fragment',
    '/a?b c': 'space',
    '/a?b\0': 'control-byte',
    '/a?\xe9': 'non-ascii',
    '/%': 'bad-percent',
    '/%4': 'bad-percent',
    '/%zz': 'bad-percent',
    '/%u0041': 'bad-percent',
    '/a%00.html': 'encoded-nul',
    '/..;/admin': 'dot-parameters',
    '/a/%2e%2e;x/b': 'dot-parameters',
    '/.;/b': 'dot-parameters',
    'a/b': 'unknown-form',
    '**': 'unknown-form',
    'ftp://a.example/': 'unknown-form',
    'a.example': 'unknown-form',
    'http://': 'bad-authority',
    'http:///a': 'bad-authority',
    'http://user@a.example/': 'bad-authority',
    'http://a.example:99999/': 'bad-authority',
    'http://a.example\\@b.example/': 'bad-authority',
    'http://a.example#b': 'fragment',
    'http://a.example/%00': 'encoded-nul',
  }
  for (const [raw, reason] of Object.entries(faults)) t.equal(reasonOf(raw), reason, encodeURIComponent(raw))
})

t.test('a target of the longest size is taken, one byte more is too long', async (t) => {
  t.equal(reasonOf(`/${'a'.repeat(9)}`, { maxBytes: 10 }), null)
  t.equal(reasonOf(`/${'a'.repeat(10)}`, { maxBytes: 10 }), 'too-long')
})

t.test('the query is split at the first question mark and passed as it came', async (t) => {
  t.match(canonicalTarget('/a?x=%zz&y=50%&z=/../b//c?d\\', RULES), { ok: true, path: '/a', query: 'x=%zz&y=50%&z=/../b//c?d\\' })
  t.match(canonicalTarget('/a/../b?q=1', RULES), { path: '/b', query: 'q=1' })
  t.match(canonicalTarget('/a?', RULES), { path: '/a', query: '' })
})

t.test('absolute-form is split, its authority put in one spelling', async (t) => {
  t.same(canonicalTarget('HTTP://A.Example.:8080/x/../y?z', RULES), {
    ok: true,
    path: '/y',
    query: 'z',
    form: 'absolute',
    authority: 'a.example:8080',
    scheme: 'http',
  })
  t.match(canonicalTarget('https://a.example', RULES), { path: '/', query: null, scheme: 'https' })
  t.match(canonicalTarget('https://[2001:DB8::0]?q', RULES), { path: '/', query: 'q', authority: '[2001:db8::]' })
})

t.test('asterisk-form and authority-form are told apart from paths', async (t) => {
  t.same(canonicalTarget('*', RULES), { ok: true, path: '*', query: null, form: 'asterisk' })
  t.same(canonicalTarget('A.example:443', RULES), { ok: true, path: '', query: null, form: 'authority', authority: 'a.example:443' })
})

t.test('long hostile targets cost linear time', async (t) => {
  const rules = { maxBytes: 4_000_000 }
  const startMs = performance.now()
  for (const piece of ['/..', '/a/..', '//', '/%2e', '/.', '%7E', '/.a', '.']) pathOf(`/${piece.repeat(200_000)}`, rules)
  t.ok(performance.now() - startMs < 5_000, 'a quadratic scan would take minutes')
})
