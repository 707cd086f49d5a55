import t from 'tap'
import { checksumFault, crc32c } from '../../../edge/wire/proxy-header-tlv.ts'
import { block, IPV4_ENDS, summed, value } from './proxy-headers.ts'

const VALUES_AT = 28
const faultOf = (...values: Buffer[]) => checksumFault(block(0x21, 0x11, Buffer.concat([IPV4_ENDS, ...values])), VALUES_AT)?.rule ?? null

t.test('the checksum is that of Castagnoli', async (t) => {
  t.equal(crc32c(Buffer.from('123456789'), -1), 0xe3069283, 'the check value of the CRC catalogue')
  t.equal(crc32c(Buffer.alloc(32), -1), 0x8a9136aa, 'RFC 3720 B.4')
  t.equal(crc32c(Buffer.alloc(32, 0xff), -1), 0x62a8ab43, 'RFC 3720 B.4')
  t.equal(crc32c(Buffer.from([1, 9, 9, 9, 9, 2]), 1), crc32c(Buffer.from([1, 0, 0, 0, 0, 2]), -1))
})

t.test('values that fit are let through, whatever they are', async (t) => {
  t.equal(faultOf(), null)
  const ssl = value(0x20, Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), value(0x21, 'TLSv1.3')]))
  t.equal(faultOf(value(0x01, 'h2'), value(0x02, 'shop.example'), value(0x04, ''), ssl, value(0xee, 'ours')), null)
})

t.test('a value that reaches beyond the block, or is cut within its length, is refused', async (t) => {
  t.equal(faultOf(Buffer.from([0x02])), 'proxy-value')
  t.equal(faultOf(Buffer.from([0x02, 0])), 'proxy-value')
  t.equal(faultOf(Buffer.from([0x02, 0, 1])), 'proxy-value')
  t.equal(faultOf(value(0x02, 'ab'), Buffer.from([0x02, 0xff, 0xff, 0x61])), 'proxy-value')
})

t.test('a checksum is verified over the whole header, itself taken as zero', async (t) => {
  const bare = block(0x21, 0x11, Buffer.concat([IPV4_ENDS, value(0x02, 'shop.example'), value(0x03, Buffer.alloc(4)), value(0x04, 'pad')]))
  const at = VALUES_AT + 15 + 3
  const good = summed(bare, at)
  t.equal(checksumFault(good, VALUES_AT), null)
  for (let i = 0; i < good.byteLength; i++) {
    // Another type makes it no checksum at all.
    if (i === at - 3) continue
    const bad = Buffer.from(good)
    bad[i]! ^= 1
    t.not(checksumFault(bad, VALUES_AT), null, `byte ${i}`)
  }
})

t.test('a checksum that is not four bytes, or comes twice, is refused', async (t) => {
  for (const bytes of [0, 3, 5]) t.equal(faultOf(value(0x03, Buffer.alloc(bytes))), 'proxy-checksum', `${bytes} bytes`)
  t.equal(faultOf(value(0x03, Buffer.alloc(4)), value(0x03, Buffer.alloc(4))), 'proxy-checksum')
})
