import t from 'tap'
import { addressFault, hostFault, rangeFault } from '../../../edge/contract/address-text.ts'

t.test('addresses that can be connected to have no fault', (t) => {
  for (const address of ['127.0.0.1:80', '[::1]:65535', 'shop.internal:1', 'unix:/run/shop.sock', 'a_b:8080'])
    t.equal(addressFault(address, 1), null, address)
  t.end()
})

t.test('a port is from 1 to 65535, and 0 only where a free one may be asked for', (t) => {
  t.equal(addressFault('a:0', 0), null)
  t.match(addressFault('a:0', 1), /the port of "a:0" must be from 1 to 65535/)
  t.match(addressFault('a:65536', 0), /must be from 0 to 65535/)
  t.match(addressFault('[::1]:99999', 1), /must be from 1 to 65535/)
  t.end()
})

t.test('what looks like an IP address must be one', (t) => {
  t.match(addressFault('300.1.1.1:80', 1), /"300.1.1.1" must be an IPv4 address/)
  t.match(addressFault('1.2.3:80', 1), /IPv4 address/)
  t.match(addressFault('[1::2::3]:80', 1), /IPv6 address in brackets/)
  t.match(hostFault('[127.0.0.1]'), /IPv6 address in brackets/)
  t.end()
})

t.test('host names have labels of at most 63 characters', (t) => {
  t.equal(hostFault(`${'a'.repeat(63)}.example.org`), null)
  t.match(hostFault(`${'a'.repeat(64)}.example.org`), /at most 63 characters/)
  t.equal(hostFault('*.example.org'), null)
  t.equal(hostFault('*'), null)
  t.end()
})

t.test('a range is an address and a prefix length that fits it', (t) => {
  for (const range of ['10.0.0.0/8', '0.0.0.0/0', '192.0.2.7', '2001:db8::/128', '::1']) t.equal(rangeFault(range), null, range)
  t.match(rangeFault('10.0.0.0/33'), /from 0 to 32/)
  t.match(rangeFault('2001:db8::/129'), /from 0 to 128/)
  t.match(rangeFault('10.0.0/8'), /"10.0.0" must be an IPv4 or IPv6 address/)
  t.match(rangeFault('10.0.0.0/08'), /prefix length/)
  t.match(rangeFault('10.0.0.0/'), /prefix length/)
  t.end()
})
