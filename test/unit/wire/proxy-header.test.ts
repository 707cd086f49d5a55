import t, { type Test } from 'tap'
import { MAX_BLOCK_BYTES, MAX_LINE_BYTES, type ProxyHeader, ProxyHeaderParser } from '../../../edge/wire/proxy-header.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { block, IPV4_ENDS, IPV6_ENDS, summed, value } from './proxy-headers.ts'

const UNIX_ENDS = Buffer.alloc(216, 'a')
const REST = 'GET / HTTP/1.1\r\n'

interface Seen {
  readonly header: ProxyHeader | string | null
  readonly rest: string
}

function told(result: ProxyHeader | WireFault | null): Seen['header'] {
  return result instanceof WireFault ? result.rule : result
}

/** What comes of bytes that arrive in pieces of `size`. */
function readIn(bytes: Buffer, size: number): Seen {
  const parser = new ProxyHeaderParser()
  for (let at = 0; at < bytes.byteLength; at += size) {
    // Some bytes that are not the parser's stand before each piece.
    const chunk = Buffer.concat([Buffer.from('xyz'), bytes.subarray(at, at + size)])
    const result = parser.read(chunk, 3)
    if (result === null) continue
    return { header: told(result), rest: Buffer.concat([chunk.subarray(parser.taken), bytes.subarray(at + size)]).toString('latin1') }
  }
  return { header: null, rest: '' }
}

/** What comes of bytes, however they are split. */
function read(t: Test, bytes: Buffer): Seen {
  const whole = readIn(bytes, bytes.byteLength)
  for (const size of [1, 2, 3, 7, 13]) t.same(readIn(bytes, size), whole, `in pieces of ${size}`)
  for (let at = 1; at < bytes.byteLength; at++) {
    const parser = new ProxyHeaderParser()
    const first = parser.read(bytes.subarray(0, at), 0)
    t.same(told(first ?? parser.read(bytes.subarray(at), 0)), whole.header, `split at ${at}`)
  }
  return whole
}

const line = (text: string) => Buffer.from(text + REST, 'latin1')

t.test('a line gives the address and the port of the client, and takes nothing behind it', async (t) => {
  const lines: Record<string, ProxyHeader> = {
    'PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n': { address: '192.0.2.7', port: 4711 },
    'PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n': { address: '0.0.0.0', port: 0 },
    'PROXY TCP6 2001:DB8:0:0::7 ::1 65535 0\r\n': { address: '2001:db8::7', port: 65_535 },
    'PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.9 1 2\r\n': { address: '::ffff:192.0.2.7', port: 1 },
    [`PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`]: { address: `${'ffff:'.repeat(7)}ffff`, port: 65_535 },
    'PROXY UNKNOWN\r\n': { address: null, port: 0 },
    'PROXY UNKNOWN 1 2 3 what ever it is\r\n': { address: null, port: 0 },
  }
  for (const [text, header] of Object.entries(lines)) t.same(read(t, line(text)), { header, rest: REST }, text)
})

t.test('a line of 107 bytes is the longest', async (t) => {
  const unknown = (bytes: number) => `PROXY UNKNOWN ${'x'.repeat(bytes - 16)}\r\n`
  t.equal(unknown(MAX_LINE_BYTES).length, 107)
  t.same(read(t, line(unknown(MAX_LINE_BYTES))), { header: { address: null, port: 0 }, rest: REST })
  t.equal(read(t, line(unknown(MAX_LINE_BYTES + 1))).header, 'proxy-line-length')
  t.equal(read(t, Buffer.alloc(100_000, 'PROXY UNKNOWN ').subarray(0, 500)).header, 'proxy-line-length', 'a line without an end')
})

t.test('a line that is not exactly as it must be is refused', async (t) => {
  const lines: Record<string, string[]> = {
    'proxy-start': [
      'GET / HTTP/1.1\r\n',
      'proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY\tTCP4 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY\r\n',
      ' PROXY ',
    ],
    'proxy-line-end': [
      'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\r\n',
      'PROXY UNKNOWN\rX\n',
      'PROXY UNKNOWN\n',
    ],
    'proxy-line-protocol': [
      'PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY UNKNOWNX\r\n',
      'PROXY \r\n',
    ],
    'proxy-line-words': [
      'PROXY TCP4\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n',
      'PROXY TCP4 1.1.1.1  2.2.2.2 1 2\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n',
    ],
    'proxy-line-address': [
      'PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n',
      'PROXY TCP4 1.1.1.256 2.2.2.2 1 2\r\n',
      'PROXY TCP4 1.1.1.1 localhost 1 2\r\n',
      'PROXY TCP4 ::1 ::2 1 2\r\n',
      'PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n',
      'PROXY TCP6 fe80::1%eth0 ::2 1 2\r\n',
      'PROXY TCP6 [::1] ::2 1 2\r\n',
      'PROXY TCP6 1::2::3 ::2 1 2\r\n',
      'PROXY TCP4 1.1.1.1\0 2.2.2.2 1 2\r\n',
    ],
    'proxy-line-port': [
      'PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 1e1 2\r\n',
      'PROXY TCP4 1.1.1.1 2.2.2.2 0x1 2\r\n',
    ],
  }
  for (const [rule, texts] of Object.entries(lines))
    for (const text of texts) t.equal(read(t, line(text)).header, rule, JSON.stringify(text))
})

const withRest = (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(REST)])

t.test('a block gives the address and the port of the client, and takes nothing behind it', async (t) => {
  const client4 = { address: '192.0.2.7', port: 4711 }
  const values = Buffer.concat([IPV4_ENDS, value(0x02, 'shop.example'), value(0x03, Buffer.alloc(4))])
  const blocks: [string, Buffer, ProxyHeader][] = [
    ['TCP over IPv4', block(0x21, 0x11, IPV4_ENDS), client4],
    ['TCP over IPv6', block(0x21, 0x21, IPV6_ENDS), { address: '2001:db8::7', port: 4711 }],
    ['a Unix socket', block(0x21, 0x31, UNIX_ENDS), { address: null, port: 0 }],
    ['with values and a checksum', summed(block(0x21, 0x11, values), 28 + 15 + 3), client4],
    ['LOCAL', block(0x20, 0x00), { address: null, port: 0 }],
    ['LOCAL with addresses', block(0x20, 0x11, IPV4_ENDS), { address: null, port: 0 }],
    ['LOCAL with a family unheard of', block(0x20, 0xff, Buffer.from('junk')), { address: null, port: 0 }],
    ['unspecified', block(0x21, 0x00), { address: null, port: 0 }],
    ['unspecified with something', block(0x21, 0x00, Buffer.from('junk')), { address: null, port: 0 }],
  ]
  for (const [name, bytes, header] of blocks) t.same(read(t, withRest(bytes)), { header, rest: REST }, name)
})

t.test('a block that is not exactly as it must be is refused', async (t) => {
  const broken = block(0x21, 0x11, IPV4_ENDS)
  broken[11] = 0x0d
  const tooShort = [
    block(0x21, 0x11, IPV4_ENDS.subarray(0, 11)),
    block(0x21, 0x21, IPV4_ENDS),
    block(0x21, 0x31, IPV6_ENDS),
    block(0x21, 0x11),
  ]
  const blocks: [string, Buffer][] = [
    ['proxy-start', broken],
    ['proxy-version', block(0x11, 0x11, IPV4_ENDS)],
    ['proxy-version', block(0x31, 0x11, IPV4_ENDS)],
    ['proxy-command', block(0x22, 0x11, IPV4_ENDS)],
    ['proxy-command', block(0x2f, 0x11, IPV4_ENDS)],
    ...[0x01, 0x10, 0x12, 0x13, 0x22, 0x32, 0x41, 0xff].map((family): [string, Buffer] => ['proxy-family', block(0x21, family, IPV6_ENDS)]),
    ...tooShort.map((bytes): [string, Buffer] => ['proxy-block-too-short', bytes]),
    ['proxy-value', block(0x21, 0x11, Buffer.concat([IPV4_ENDS, Buffer.from([1])]))],
    ['proxy-checksum', block(0x21, 0x11, Buffer.concat([IPV4_ENDS, value(0x03, 'nope')]))],
  ]
  for (const [rule, bytes] of blocks) t.equal(read(t, withRest(bytes)).header, rule)
})

t.test('a block is refused for its length as soon as that is here', async (t) => {
  const padded = (bytes: number) => block(0x21, 0x11, Buffer.concat([IPV4_ENDS, value(0x04, Buffer.alloc(bytes - 16 - 12 - 3))]))
  t.same(told(new ProxyHeaderParser().read(padded(MAX_BLOCK_BYTES), 0)), { address: '192.0.2.7', port: 4711 })
  t.equal(told(new ProxyHeaderParser().read(padded(MAX_BLOCK_BYTES + 1).subarray(0, 16), 0)), 'proxy-block-too-long')
  t.equal(told(new ProxyHeaderParser().read(block(0x20, 0, Buffer.alloc(0), 65_535), 0)), 'proxy-block-too-long')
})

t.test('a header that is not whole is waited for', async (t) => {
  for (const bytes of [
    Buffer.from('PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r'),
    block(0x21, 0x11, IPV4_ENDS.subarray(0, 11), 12),
    Buffer.alloc(0),
  ]) {
    const parser = new ProxyHeaderParser()
    t.equal(parser.read(bytes, 0), null)
    t.equal(parser.taken, bytes.byteLength)
  }
})
