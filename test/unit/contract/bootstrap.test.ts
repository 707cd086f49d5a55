import t from 'tap'
import { ControlBootstrapSchema, EdgeBootstrapSchema, UpBootstrapSchema } from '../../../edge/contract/bootstrap.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('with nothing said, everything listens on this machine only', (t) => {
  const edge = accepted(EdgeBootstrapSchema, {})
  t.same([edge.listen, edge.admin], ['127.0.0.1:8080', '127.0.0.1:9901'])
  t.equal(accepted(ControlBootstrapSchema, {}).listen, '127.0.0.1:9900')
  t.end()
})

t.test('Redis, Consul and a control plane are there only when asked for', (t) => {
  const { edge, control } = accepted(UpBootstrapSchema, {})
  t.notOk('redis' in edge || 'control' in edge || 'consul' in control)
  t.equal(accepted(EdgeBootstrapSchema, { redis: { url: 'redis://a' } }).redis?.lookupTimeoutMs, 20)
  t.equal(accepted(ControlBootstrapSchema, { consul: { url: 'http://a' } }).consul?.waitMs, 300_000)
  t.end()
})

t.test('what holds both halves gives each its own defaults', (t) => {
  const up = accepted(UpBootstrapSchema, { edge: { workers: 2 } })
  t.strictSame(up.edge, accepted(EdgeBootstrapSchema, { workers: 2 }))
  t.strictSame(up.control, accepted(ControlBootstrapSchema, {}))
  t.equal(up.demo, 'off')
  t.end()
})

t.test('words and addresses are told apart', (t) => {
  t.same(refusedAt(EdgeBootstrapSchema, { admin: 'off', stateDir: 'off', accessLog: 'off' }), [])
  t.same(refusedAt(EdgeBootstrapSchema, { admin: 'none', stateDir: '', listen: 'off' }), ['/admin', '/stateDir', '/listen'])
  t.end()
})
