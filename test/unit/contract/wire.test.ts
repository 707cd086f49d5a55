import t from 'tap'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../../edge/contract/switchboard.ts'
import { BEAT_EVERY_MS, FromControlSchema, FromEdgeSchema, SILENCE_MS } from '../../../edge/contract/wire.ts'
import { refusedAt } from './accepts.ts'

const have = { revision: 0, switchSeq: 0, endpointSeq: 0 }

t.test('each message of an edge is one of those it may send', (t) => {
  t.same(refusedAt(FromEdgeSchema, { type: 'hello', edgeId: 'e-1', build: '0.1.0', contract: 1, startedAtMs: 1, have }), [])
  t.same(refusedAt(FromEdgeSchema, { type: 'ack', what: 'publish', seq: 1, atMs: 1 }), [])
  t.same(refusedAt(FromEdgeSchema, { type: 'nack', what: 'publish', seq: 1, problems: [{ pointer: '', message: 'x' }] }), [])
  t.same(refusedAt(FromEdgeSchema, { type: 'bye' }), [''])
  t.end()
})

t.test('each message of a control plane is one of those it may send', (t) => {
  t.same(refusedAt(FromControlSchema, { type: 'switches', switchboard: EMPTY_SWITCHBOARD }), [])
  t.same(refusedAt(FromControlSchema, { type: 'endpoints', endpoints: EMPTY_ENDPOINTS }), [])
  t.same(refusedAt(FromControlSchema, { type: 'beat', atMs: 1 }), [])
  t.same(refusedAt(FromControlSchema, { type: 'ack' }), [''])
  t.end()
})

t.test('what a newer peer adds to a message is let through', (t) => {
  t.same(refusedAt(FromControlSchema, { type: 'beat', atMs: 1, mood: 'good' }), [])
  t.end()
})

t.test('several beats may be lost before a peer counts as gone', (t) => {
  t.ok(SILENCE_MS >= 3 * BEAT_EVERY_MS)
  t.end()
})
