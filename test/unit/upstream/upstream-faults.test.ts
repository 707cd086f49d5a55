import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { brokeUnused, faultOf, RESET_CODE } from '../../../edge/upstream/upstream-faults.ts'

const error = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more })

t.test('before a connection stood nothing was sent: every fault may be retried elsewhere', async (t) => {
  for (const code of [
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'ECONNRESET',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'CERT_HAS_EXPIRED',
    'UND_ERR_SOCKET',
  ])
    t.match(faultOf(error(code), 'p:1', 'queued'), { code: 'UPSTREAM_CONNECT', row: { retry: 'always' } }, code)
  t.match(faultOf(error('UND_ERR_CONNECT_TIMEOUT'), 'p:1', 'queued'), { code: 'UPSTREAM_CONNECT_TIMEOUT', row: { retry: 'always' } })
})

t.test('after the request was sent, a break may be retried only for what is idempotent', async (t) => {
  for (const code of [RESET_CODE, 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED'])
    t.match(faultOf(error(code), 'p:1', 'sent'), { code: 'UPSTREAM_RESET', row: { retry: 'if-idempotent' } }, code)
})

t.test('an answer that is no HTTP is invalid and never retried', async (t) => {
  const parser = Object.assign(new Error('Response does not match the HTTP/1.1 protocol'), { name: 'HTTPParserError', code: undefined })
  const nonsense = Object.assign(new Error('bad response'), { code: 'UND_ERR_SOCKET', socket: { bytesRead: 100 } })
  t.equal(brokeUnused(nonsense), false)
  for (const cause of [parser, error('UND_ERR_HEADERS_OVERFLOW'), error('UND_ERR_INVALID_ARG'), error('ERR_ASSERTION'), nonsense])
    t.match(faultOf(cause, 'p:1', 'sent'), { code: 'UPSTREAM_INVALID', row: { retry: 'never' } }, cause.message)
})

t.test('behind the head every fault is a cut body', async (t) => {
  for (const code of [RESET_CODE, 'HPE_INVALID_CHUNK_SIZE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])
    t.equal(faultOf(error(code), 'p:1', 'flowing').code, 'UPSTREAM_CUT', code)
})

t.test('a fault of ours that comes back through undici keeps its code', async (t) => {
  const ours = new EdgeError('BODY_TOO_LARGE')
  t.equal(faultOf(ours, 'p:1', 'sent'), ours)
  t.equal(faultOf(new Error('aborted', { cause: ours }), 'p:1', 'flowing'), ours)
})

t.test('the log gets the peer, the reason and the cause', async (t) => {
  const cause = error('ECONNREFUSED')
  t.match(faultOf(cause, 'p:1', 'queued'), { detail: { peer: 'p:1', reason: 'ECONNREFUSED' }, cause })
})

t.test('only a connection that had carried something, or may have, counts as broken while it was kept', async (t) => {
  t.equal(brokeUnused(error('UND_ERR_SOCKET', { socket: { bytesRead: 120 } })), true)
  t.equal(brokeUnused(error('UND_ERR_SOCKET', { socket: { bytesRead: 0 } })), false)
  t.equal(brokeUnused(error('UND_ERR_SOCKET', { socket: null })), false)
  t.equal(brokeUnused(error(RESET_CODE)), true)
  t.equal(brokeUnused(error('EPIPE')), true)
  t.equal(brokeUnused(error('ECONNREFUSED')), false)
  t.equal(brokeUnused(new Error('no code')), false)
})
