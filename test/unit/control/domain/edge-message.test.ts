import t from 'tap'
import { readEdgeMessage } from '../../../../control/domain/edge-message.ts'

const hello = {
  type: 'hello',
  edgeId: 'e1',
  build: '0.1.0',
  contract: 1,
  startedAtMs: 1,
  have: { revision: 0, switchSeq: 0, endpointSeq: 0 },
}
const read = (value: unknown) => readEdgeMessage(JSON.stringify(value))

t.test('what the contract names is read', async (t) => {
  t.match(read(hello), { kind: 'message', message: hello })
  t.match(read({ type: 'ack', what: 'publish', seq: 3, atMs: 9 }), { kind: 'message', message: { seq: 3 } })
  t.match(read({ type: 'nack', what: 'switches', seq: 3, problems: [{ pointer: '/a', message: 'b' }] }), { kind: 'message' })
})

t.test('a hello may say the digest of what it has', async (t) => {
  const digest = 'a'.repeat(64)
  t.match(read({ ...hello, have: { ...hello.have, digest } }), { kind: 'message', message: { have: { digest } } })
})

t.test('a type of a newer edge is unknown, not wrong', async (t) => {
  t.same(read({ type: 'hot-keys', keys: [] }), { kind: 'unknown', type: 'hot-keys' })
  t.same(read({ type: 'constructor' }), { kind: 'unknown', type: 'constructor' })
})

t.test('what is no message is invalid and says why', async (t) => {
  for (const line of ['', 'x', '[]', 'null', '{"type":3}', '{}'])
    t.match(readEdgeMessage(line), { kind: 'invalid', reason: /no JSON object with a type/ })
  t.match(read({ ...hello, edgeId: '../x' }), { kind: 'invalid', reason: /a hello that is not as the contract says: \/edgeId/ })
})
