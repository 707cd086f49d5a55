import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { acceptOf, switchFault, websocketKey } from '../../../edge/upstream/websocket-handshake.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const GOOD = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' }
const faultOf = (more: Record<string, string | string[]>) => switchFault(Fields.of({ ...GOOD, ...more }), KEY)

t.test('the answer to a key is that of RFC 6455', async (t) => {
  t.equal(acceptOf(KEY), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

t.test('a key is one field of sixteen bytes', async (t) => {
  t.equal(websocketKey(Fields.of({ 'Sec-WebSocket-Key': KEY })), KEY)
  for (const bad of [
    '',
    'dGhlIHNhbXBsZSBub25jZQ',
    'dGhlIHNhbXBsZSBub25jZQ== ',
    `${KEY}, ${KEY}`,
    'x'.repeat(24),
    'dGhlIHNhbXBsZSBub25j====',
  ])
    t.equal(websocketKey(Fields.of({ 'Sec-WebSocket-Key': bad })), null, bad)
  t.equal(websocketKey(Fields.of()), null)
  t.equal(websocketKey(Fields.of({ 'Sec-WebSocket-Key': [KEY, KEY] })), null)
})

t.test('a 101 opens the WebSocket only when all three fields say so', async (t) => {
  t.equal(faultOf({}), null)
  t.equal(faultOf({ Upgrade: 'WebSocket', Connection: ['keep-alive', 'x, UPGRADE'] }), null)
  for (const upgrade of ['', 'h2c', 'websocket, h2c', ['websocket', 'websocket']]) t.match(faultOf({ Upgrade: upgrade }), /Upgrade/)
  for (const connection of ['', 'close', 'xupgrade', 'upgrade-insecure']) t.match(faultOf({ Connection: connection }), /Connection/)
  for (const accept of ['', KEY, acceptOf('AAAAAAAAAAAAAAAAAAAAAA=='), [acceptOf(KEY), acceptOf(KEY)]])
    t.match(faultOf({ 'Sec-WebSocket-Accept': accept }), /Accept/)
  t.match(switchFault(Fields.of(), KEY), /Upgrade/)
})
