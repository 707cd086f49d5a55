import { crc32c } from '../../../edge/wire/proxy-header-tlv.ts'

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** 192.0.2.7:4711 to 198.51.100.9:443, as version 2 has it. */
export const IPV4_ENDS = Buffer.from('c0000207c6336409126701bb', 'hex')
/** 2001:db8::7 port 4711 to 2001:db8::9 port 443, as version 2 has it. */
export const IPV6_ENDS = Buffer.from('20010db800000000000000000000000720010db8000000000000000000000009126701bb', 'hex')

/** A block of version 2. @param lengthBytes what it says of its length, where that is not the truth */
export function block(versionAndCommand: number, family: number, rest: Buffer = Buffer.alloc(0), lengthBytes = rest.byteLength): Buffer {
  const head = Buffer.from([versionAndCommand, family, lengthBytes >> 8, lengthBytes & 0xff])
  return Buffer.concat([SIGNATURE, head, rest])
}

/** A value of version 2. */
export function value(type: number, bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes as string)
  return Buffer.concat([Buffer.from([type, content.byteLength >> 8, content.byteLength & 0xff]), content])
}

/** The block with the four bytes at `at` set to the checksum over all of it. */
export function summed(bytes: Buffer, at: number): Buffer {
  const whole = Buffer.from(bytes)
  whole.writeUInt32BE(crc32c(whole, at), at)
  return whole
}
