import t from 'tap'
import { ClientAddressRule, clientAddress } from '../../../edge/client/client-address.ts'
import { AddressSet } from '../../../edge/http/address.ts'
import { Fields } from '../../../edge/http/fields.ts'

const trusted = AddressSet.parse(['10.0.0.0/8', 'fd00::/8'])
const xff = new ClientAddressRule(trusted, AddressSet.parse(['10.0.0.9/32']), 'x-forwarded-for')
const forwarded = new ClientAddressRule(trusted, AddressSet.parse(['10.0.0.9/32']), 'forwarded')
const addressOf = (peer: string, fields: Record<string, string | string[]>, rule: ClientAddressRule): string =>
  clientAddress(peer, Fields.of(fields), rule).address
const schemeOf = (fields: Record<string, string | string[]>, rule: ClientAddressRule) =>
  clientAddress('10.0.0.1', Fields.of(fields), rule).scheme

t.test('a peer that is not trusted is the client, whatever it says', async (t) => {
  const lies = Fields.of({ 'x-forwarded-for': '192.0.2.9', forwarded: 'for=192.0.2.9;proto=https', 'x-forwarded-proto': 'https' })
  t.same(clientAddress('198.51.100.7', lies, xff), { address: '198.51.100.7', trustedPeer: false, viaEdge: false, scheme: null })
  t.same(clientAddress('198.51.100.7', lies, forwarded), { address: '198.51.100.7', trustedPeer: false, viaEdge: false, scheme: null })
})

t.test('an IPv4 peer on a dual-stack socket is an IPv4 address', async (t) => {
  t.equal(addressOf('::ffff:198.51.100.7', {}, xff), '198.51.100.7')
  t.equal(addressOf('::ffff:10.0.0.1', { 'x-forwarded-for': '::ffff:192.0.2.9' }, xff), '192.0.2.9', 'and is trusted as one')
})

t.test('a socket without an address gives no client, and is not trusted', async (t) => {
  t.same(clientAddress('', Fields.of({ 'x-forwarded-for': '192.0.2.9' }), xff), {
    address: 'unknown',
    trustedPeer: false,
    viaEdge: false,
    scheme: null,
  })
})

t.test('the walk goes from the right and ends at the first address that is not trusted', async (t) => {
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': '1.1.1.1, 192.0.2.9, 10.0.0.3, 10.0.0.2' }, xff), '192.0.2.9')
  t.equal(addressOf('10.0.0.1', { forwarded: 'for=1.1.1.1, for=192.0.2.9, for="10.0.0.3:80"' }, forwarded), '192.0.2.9')
})

t.test('several lines are one list', async (t) => {
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': ['1.1.1.1', '192.0.2.9', '10.0.0.2'] }, xff), '192.0.2.9')
  t.equal(addressOf('10.0.0.1', { forwarded: ['for=1.1.1.1', 'for=192.0.2.9'] }, forwarded), '192.0.2.9')
})

t.test('where all are trusted, the farthest is the client', async (t) => {
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': '10.0.0.9, 10.0.0.2' }, xff), '10.0.0.9')
})

t.test('without the field the peer is the client', async (t) => {
  t.same(clientAddress('10.0.0.1', Fields.of(), xff), { address: '10.0.0.1', trustedPeer: true, viaEdge: false, scheme: null })
  t.same(clientAddress('10.0.0.1', Fields.of(), forwarded), { address: '10.0.0.1', trustedPeer: true, viaEdge: false, scheme: null })
})

t.test('a node that cannot be read ends the walk at the proxy that wrote it', async (t) => {
  for (const node of ['unknown', '_hidden', 'junk', '1.2.3.4.5', '[::1', '"1.1.1.1"']) {
    t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': `1.1.1.1, ${node}, 10.0.0.2` }, xff), '10.0.0.2', node)
  }
  t.equal(addressOf('10.0.0.1', { forwarded: 'for=1.1.1.1, for=unknown, for=10.0.0.2' }, forwarded), '10.0.0.2')
  t.equal(addressOf('10.0.0.1', { forwarded: 'for=1.1.1.1, proto=https' }, forwarded), '10.0.0.1', 'also one that is not named at all')
})

t.test('a malformed Forwarded counts as none', async (t) => {
  t.equal(addressOf('10.0.0.1', { forwarded: 'for=192.0.2.9, for=' }, forwarded), '10.0.0.1')
})

t.test('ports and brackets are taken off, and IPv6 is written in one way', async (t) => {
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': '192.0.2.9:4711' }, xff), '192.0.2.9')
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': '[2001:DB8:0::1]:4711' }, xff), '2001:db8::1')
  t.equal(addressOf('fd00::1', { forwarded: 'for="[2001:db8::1]:4711"' }, forwarded), '2001:db8::1')
})

t.test('only the field of the rule is read', async (t) => {
  const both = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.2' }
  t.equal(addressOf('10.0.0.1', both, xff), '192.0.2.1')
  t.equal(addressOf('10.0.0.1', both, forwarded), '192.0.2.2')
  t.equal(addressOf('10.0.0.1', { forwarded: 'for=192.0.2.2' }, xff), '10.0.0.1')
  t.equal(schemeOf({ 'x-forwarded-proto': 'https' }, forwarded), null)
})

t.test('the scheme is what the first trusted proxy saw', async (t) => {
  t.equal(schemeOf({ forwarded: 'for=1.1.1.1;proto=http, for=192.0.2.9;proto=HTTPS, for=10.0.0.2;proto=http' }, forwarded), 'https')
  t.equal(schemeOf({ 'x-forwarded-for': '1.1.1.1, 192.0.2.9, 10.0.0.2', 'x-forwarded-proto': 'http, https, http' }, xff), 'https')
  t.equal(schemeOf({ 'x-forwarded-for': '192.0.2.9, 10.0.0.2', 'x-forwarded-proto': 'https' }, xff), 'https', 'also when passed on alone')
  t.equal(schemeOf({ 'x-forwarded-proto': 'http, https' }, xff), 'https', 'without addresses the nearest word counts')
})

t.test('a scheme that is none is not passed on', async (t) => {
  t.equal(schemeOf({ 'x-forwarded-for': '192.0.2.9', 'x-forwarded-proto': 'javascript' }, xff), null)
  t.equal(schemeOf({ forwarded: 'for=192.0.2.9;proto=ftp' }, forwarded), null)
})

t.test('of a list without end only the nearest 64 nodes are walked', async (t) => {
  const list = (last: string, hops: number): string => `192.0.2.9, ${'10.0.0.2, '.repeat(hops)}${last}`
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': list('10.0.0.3', 62) }, xff), '192.0.2.9')
  t.equal(addressOf('10.0.0.1', { 'x-forwarded-for': list('10.0.0.3', 100_000) }, xff), '10.0.0.2')
  t.equal(addressOf('10.0.0.1', { forwarded: 'for=192.0.2.9,'.repeat(100_000) }, forwarded), '10.0.0.1')
})

t.test('an edge in front is a trusted proxy, and said to be one', async (t) => {
  const fields = Fields.of({ 'x-forwarded-for': '192.0.2.9' })
  t.match(clientAddress('10.0.0.9', fields, xff), { address: '192.0.2.9', trustedPeer: true, viaEdge: true })
})
