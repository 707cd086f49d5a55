import t from 'tap'
import { cacheStatus } from '../../../edge/cache/cache-status.ts'

const MISS = { kind: 'forward', reason: 'uri-miss', forwardStatus: null, stored: 'not-stored', collapsed: 'no' } as const

t.test('a hit tells how long it stays fresh and where it was', async (t) => {
  t.equal(cacheStatus('edge-1', { kind: 'hit', ttlMs: 59_900, level: 'L1' }), 'edge-1;hit;ttl=59;detail=L1')
  t.equal(cacheStatus('edge-1', { kind: 'hit', ttlMs: -1_500, level: 'L2' }), 'edge-1;hit;ttl=-2;detail=L2')
})

t.test('a forward tells why, and what came of it', async (t) => {
  t.equal(cacheStatus('e', MISS), 'e;fwd=uri-miss')
  t.equal(cacheStatus('e', { ...MISS, stored: 'stored' }), 'e;fwd=uri-miss;stored')
  t.equal(cacheStatus('e', { ...MISS, reason: 'stale', forwardStatus: 304, stored: 'stored' }), 'e;fwd=stale;fwd-status=304;stored')
  t.equal(cacheStatus('e', { ...MISS, collapsed: 'collapsed' }), 'e;fwd=uri-miss;collapsed')
  t.equal(cacheStatus('e', { ...MISS, collapsed: 'tried' }), 'e;fwd=uri-miss;collapsed=?0')
})

t.test('a name that is no token is written as a string', async (t) => {
  t.equal(cacheStatus('7-edge', MISS), '"7-edge";fwd=uri-miss')
  t.equal(cacheStatus('.edge', MISS), '".edge";fwd=uri-miss')
})
