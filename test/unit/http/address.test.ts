import t from 'tap'
import { type Address, AddressSet, formatAddress, parseAddress, parseCidr, subnetOf } from '../../../edge/http/address.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === null) throw new Error(`no address: ${text}`)
  return parsed
}

t.test('an address has one spelling, and a mapped one is its IPv4 address', async (t) => {
  t.equal(formatAddress(address('255.1.0.9')), '255.1.0.9')
  t.equal(formatAddress(address('2001:DB8:0::1')), '2001:db8::1')
  t.equal(formatAddress(address('::ffff:192.0.2.7')), '192.0.2.7')
  t.equal(formatAddress(address('0:0:0:0:0:ffff:c000:207')), '192.0.2.7')
  t.equal(formatAddress(address('::192.0.2.7')), '::c000:207', 'IPv4-compatible is not mapped')
  t.equal(formatAddress(address('fe80::1%eth0')), 'fe80::1')
})

t.test('what is no address is none', async (t) => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '0x7f.1',
    '2130706433',
    '1.2.3.4:80',
    '[::1]',
    '::1::',
    ':',
    '1.2.3.4 ',
    '::ffff:1.2.3',
    'a.example',
    '1.2.3.4\0',
    ':'.repeat(100_000),
  ]) {
    t.equal(parseAddress(text), null, encodeURIComponent(text.slice(0, 20)))
  }
})

t.test('a block is read with its host bits cleared', async (t) => {
  t.same(parseCidr('10.1.2.3/8'), { address: address('10.0.0.0'), prefixBits: 8 })
  t.same(parseCidr('192.0.2.7'), { address: address('192.0.2.7'), prefixBits: 32 })
  t.same(parseCidr('2001:db8:ffff::1/33'), { address: address('2001:db8:8000::'), prefixBits: 33 })
  t.same(parseCidr('::ffff:10.1.2.3/104'), { address: address('10.0.0.0'), prefixBits: 8 })
  t.same(parseCidr('0.0.0.0/0'), { address: address('0.0.0.0'), prefixBits: 0 })
  for (const text of [
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '::/129',
    '::ffff:1.2.3.4/95',
    'fe80::1%a/64',
    'x/8',
  ]) {
    t.equal(parseCidr(text), null, encodeURIComponent(text))
  }
})

t.test('a set holds the addresses of its blocks and no others', async (t) => {
  const set = AddressSet.parse(['10.0.0.0/8', '192.0.2.128/25', '203.0.113.9', '2001:db8::/32', '::1'])
  t.equal(set.size, 5)
  for (const text of [
    '10.0.0.0',
    '10.255.255.255',
    '192.0.2.128',
    '192.0.2.255',
    '203.0.113.9',
    '2001:db8:ffff::1',
    '::1',
    '::ffff:10.1.1.1',
  ])
    t.ok(set.has(address(text)), text)
  for (const text of ['9.255.255.255', '11.0.0.0', '192.0.2.127', '203.0.113.8', '2001:db9::', '::2', '::'])
    t.notOk(set.has(address(text)), text)
})

t.test('a block of no bits holds its whole family, an empty set nothing', async (t) => {
  const v4 = AddressSet.parse(['0.0.0.0/0'])
  t.ok(v4.has(address('255.255.255.255')))
  t.notOk(v4.has(address('::1')))
  t.ok(AddressSet.parse(['::/0']).has(address('ffff::')))
  t.notOk(AddressSet.parse([]).has(address('10.0.0.1')))
})

t.test('a set names the text that is no block', async (t) => {
  t.throws(() => AddressSet.parse(['10.0.0.0/8', '10.0.0/8']), { name: 'RangeError', message: /"10\.0\.0\/8"/ })
})

t.test('a subnet is one key for all its addresses', async (t) => {
  t.equal(subnetOf(address('192.0.2.77'), 24, 64), '192.0.2.0/24')
  t.equal(subnetOf(address('::ffff:192.0.2.1'), 24, 64), '192.0.2.0/24')
  t.equal(subnetOf(address('2001:db8:1:2:3:4:5:6'), 24, 56), '2001:db8:1::/56')
  t.equal(subnetOf(address('2001:db8::1'), 32, 128), '2001:db8::1/128')
  t.equal(subnetOf(address('192.0.2.1'), 0, 0), '0.0.0.0/0')
})
