import t from 'tap'
import { formatAuthority, parseAuthority } from '../../../edge/http/host.ts'

t.test('a host has one spelling', async (t) => {
  t.same(parseAuthority('Shop.Example.COM'), { host: 'shop.example.com', port: null })
  t.same(parseAuthority('shop.example.com.:8080'), { host: 'shop.example.com', port: 8080 })
  t.same(parseAuthority('192.0.2.7:80'), { host: '192.0.2.7', port: 80 })
  t.same(parseAuthority('[2001:DB8:0:0:0:0:0:1]:443'), { host: '[2001:db8::1]', port: 443 })
  t.same(parseAuthority('[::FFFF:192.0.2.7]'), { host: '[::ffff:c000:207]', port: null })
  t.same(parseAuthority('my_service'), { host: 'my_service', port: null })
})

t.test('an empty port counts as none, a leading zero does not matter', async (t) => {
  t.same(parseAuthority('a.example:'), { host: 'a.example', port: null })
  t.same(parseAuthority('a.example:0080'), { host: 'a.example', port: 80 })
})

t.test('what is not a host and port is refused', async (t) => {
  const invalid = [
    ...[
      '',
      '.',
      'a..b',
      '.a',
      'a b',
      ' a',
      'a ',
      'a\0',
      'a\r\nb',
      'a,b',
      'a/b',
      'a?b',
      'a#b',
      'a\\b',
      'a%41',
      'user@a',
      'caf\xe9',
      '\u212aey',
    ],
    ...[
      ':80',
      'a:b',
      'a:-1',
      'a:+1',
      'a: 80',
      'a:0',
      'a:65536',
      'a:999999',
      'a:80:80',
      'a:80x',
      '*',
      '*.a.example',
      "a'b",
      'a!b',
      '__proto__:x',
    ],
    ...[
      '::1',
      '[::1',
      '[]',
      '[::1]]',
      '[::1]x',
      '[::1]x:80',
      '[::1%25eth0]',
      '[fe80::1%eth0]',
      '[v1.a]',
      '[1.2.3.4]',
      '[a.example]',
      '[[::1]]',
    ],
    ...[`${'a'.repeat(64)}.example`, `${'a.'.repeat(130)}example`],
  ]
  for (const raw of invalid) t.equal(parseAuthority(raw), null, encodeURIComponent(raw))
})

t.test('the longest name is taken', async (t) => {
  const label = 'a'.repeat(63)
  const name = `${label}.${label}.${label}.${'a'.repeat(61)}`
  t.equal(parseAuthority(`${name}.`)?.host, name)
})

t.test('an authority is written back', async (t) => {
  t.equal(formatAuthority({ host: '[::1]', port: 443 }), '[::1]:443')
  t.equal(formatAuthority({ host: 'a.example', port: null }), 'a.example')
})

t.test('long hostile hosts cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of ['a', 'a.', '.', '[', ':', ']', '1:']) t.equal(parseAuthority(`[${piece.repeat(500_000)}`), null)
  for (const piece of ['a', 'a.', '.', '-', ':']) t.equal(parseAuthority(piece.repeat(500_000)), null)
  t.ok(performance.now() - startMs < 5_000)
})
