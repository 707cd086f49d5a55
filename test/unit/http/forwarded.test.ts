import t from 'tap'
import { formatAddress, parseAddress } from '../../../edge/http/address.ts'
import {
  formatForwardedElement,
  forwardedNode,
  MAX_FORWARDED_ELEMENTS,
  nodeAddress,
  parseForwarded,
  parseXForwardedFor,
} from '../../../edge/http/forwarded.ts'

t.test('elements of all lines are one list, the farthest first', async (t) => {
  t.same(parseForwarded(['for=192.0.2.43, For="[2001:db8:cafe::17]:4711";Proto=https', 'for=unknown;by=_hidden;host="a.example:80"']), [
    { for: '192.0.2.43' },
    { for: '[2001:db8:cafe::17]:4711', proto: 'https' },
    { for: 'unknown', by: '_hidden', host: 'a.example:80' },
  ])
})

t.test('blanks and empty parts are passed over, unknown parameters left out', async (t) => {
  t.same(parseForwarded([' for=a ; proto=http ;; , , for="b, c; for=d";secret=x']), [{ for: 'a', proto: 'http' }, { for: 'b, c; for=d' }])
  t.same(parseForwarded(['', ' , ']), [])
  t.same(parseForwarded(['__proto__=x;for=a']), [{ for: 'a' }])
})

t.test('one fault spoils the whole field', async (t) => {
  for (const line of [
    'for',
    'for=',
    'for =a',
    'for= a',
    'for=a b',
    'for=a;for=b',
    'FOR=a;for=b',
    'for="a',
    'for=[::1]',
    'for=a:80',
    'x=1;x=2',
    'for=a\0',
    '=a',
  ]) {
    t.equal(parseForwarded(['for=ok', line]), null, encodeURIComponent(line))
  }
})

t.test('a chain longer than the limit is no chain', async (t) => {
  const chain = (length: number) => [new Array(length).fill('for=a').join(',')]
  t.equal(parseForwarded(chain(MAX_FORWARDED_ELEMENTS))?.length, MAX_FORWARDED_ELEMENTS)
  t.equal(parseForwarded(chain(MAX_FORWARDED_ELEMENTS + 1)), null)
})

t.test('an element is written with quotes where they are needed, and read back', async (t) => {
  const element = { for: '[2001:db8::1]', by: '_weir', host: 'a.example:80', proto: 'https' }
  t.equal(formatForwardedElement(element), 'for="[2001:db8::1]";by=_weir;host="a.example:80";proto=https')
  t.same(parseForwarded([formatForwardedElement(element)]), [element])
  t.same(parseForwarded([formatForwardedElement({ host: 'a"b\\c' })]), [{ host: 'a"b\\c' }])
  t.equal(formatForwardedElement({ for: '', host: 'a\r\nX: y', proto: 'http' }), 'for="";proto=http')
})

t.test('nodes are written from addresses and give addresses', async (t) => {
  t.equal(forwardedNode(parseAddress('2001:db8::1')!), '[2001:db8::1]')
  t.equal(forwardedNode(parseAddress('192.0.2.1')!), '192.0.2.1')
  const nodes: Record<string, string> = {
    '192.0.2.1': '192.0.2.1',
    '192.0.2.1:4711': '192.0.2.1',
    '2001:db8::1': '2001:db8::1',
    '[2001:DB8::1]': '2001:db8::1',
    '[2001:db8::1]:4711': '2001:db8::1',
    '[::ffff:192.0.2.1]:_p': '192.0.2.1',
  }
  for (const [node, address] of Object.entries(nodes)) t.equal(formatAddress(nodeAddress(node)!), address, node)
  for (const node of [
    '',
    'unknown',
    '_hidden',
    '[192.0.2.1]',
    '[2001:db8::1',
    '192.0.2.1:',
    '192.0.2',
    '1.2.3.4 ',
    'a.example',
    '[::1]x',
  ]) {
    t.equal(nodeAddress(node), null, node)
  }
})

t.test('X-Forwarded-For gives its nodes in order, empty ones left out', async (t) => {
  t.same(parseXForwardedFor(['a, b,,c ', ' ,d,']), ['a', 'b', 'c', 'd'])
  t.same(parseXForwardedFor([]), [])
  t.same(parseXForwardedFor(['', ',']), [])
})

t.test('of a long X-Forwarded-For the members nearest to us are kept', async (t) => {
  const many = Array.from({ length: 200 }, (_, index) => `n${index}`)
  t.same(parseXForwardedFor([many.slice(0, 150).join(','), many.slice(150).join(',')]), many.slice(-MAX_FORWARDED_ELEMENTS))
})

t.test('long hostile chains cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of [',', ';', ' ', 'for=a;', 'a', '"', '\\"', ',for=']) {
    parseForwarded([piece.repeat(300_000), `for="${piece.repeat(300_000)}`])
    parseXForwardedFor([piece.repeat(300_000)])
    nodeAddress(piece.repeat(300_000))
  }
  nodeAddress('1'.repeat(300_000))
  nodeAddress(`[${':'.repeat(300_000)}`)
  t.ok(performance.now() - startMs < 5_000)
})
