import t from 'tap'
import { formatIpv6, ipv4Bits, ipv6Groups } from '../../../edge/http/ip-text.ts'

t.test('IPv6 is written as RFC 5952 says', async (t) => {
  const spellings: Record<string, string> = {
    '2001:0DB8::0001': '2001:db8::1',
    '2001:db8:0:0:0:0:2:1': '2001:db8::2:1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
    '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    '0:0:0:0:0:0:0:0': '::',
    '1:0:0:0:0:0:0:0': '1::',
    '::1:2:3:4:5:6:7': '0:1:2:3:4:5:6:7',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  }
  for (const [text, canonical] of Object.entries(spellings)) t.equal(formatIpv6(ipv6Groups(text)), canonical, text)
})

t.test('IPv4 bits are unsigned', async (t) => {
  t.equal(ipv4Bits('255.255.255.255'), 4_294_967_295)
  t.equal(ipv4Bits('192.0.2.1'), 0xc0000201)
})
