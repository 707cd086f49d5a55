// Why a PROXY header is refused. The peer is a balancer of ours that speaks nonsense, or somebody who pretends to be one: nobody is
// answered, the connection ends.

import { WireFault } from './wire-fault.ts'

const rule = (name: string, section: string, why: string) => new WireFault(name, 'BAD_MESSAGE', `proxy-protocol.txt ${section}`, why)

/** The rules of the PROXY header. @see https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt */
export const PROXY_RULES = {
  start: rule('proxy-start', '§2', 'Where a header is due, a connection without one would let its client choose its address by itself.'),
  lineEnd: rule('proxy-line-end', '§2.1', 'Only CR LF ends the line; who takes less sees its end elsewhere than the balancer did.'),
  lineLength: rule('proxy-line-length', '§2.1', 'No line has more than 107 bytes; to wait for more would only hold memory.'),
  lineProtocol: rule('proxy-line-protocol', '§2.1', 'The line names TCP4, TCP6 or UNKNOWN and nothing else.'),
  lineWords: rule('proxy-line-words', '§2.1', 'One space stands before each of two addresses and two ports.'),
  lineAddress: rule('proxy-line-address', '§2.1', 'An address that can be read in two ways gives one client two identities.'),
  linePort: rule('proxy-line-port', '§2.1', 'A port is a number from 0 to 65535 without leading zeros.'),
  version: rule('proxy-version', '§2.2', 'Behind the signature stands version 2; what another one means nobody knows yet.'),
  command: rule('proxy-command', '§2.2', 'Commands other than LOCAL and PROXY must be refused.'),
  family: rule('proxy-family', '§2.2', 'Families that are not defined must be refused, and datagrams do not come over a stream.'),
  blockTooLong: rule('proxy-block-too-long', '§2.2', 'A length of 64 KiB on every connection would be memory for the asking.'),
  blockTooShort: rule('proxy-block-too-short', '§2.2', 'Addresses that reach beyond their block would be read from the request behind it.'),
  value: rule('proxy-value', '§2.2', 'Each value ends within the block, and the last one ends with it.'),
  checksum: rule(
    'proxy-checksum',
    '§2.2.3',
    'Who knows checksums must refuse a header whose checksum is wrong, repeated or not four bytes.',
  ),
} as const
