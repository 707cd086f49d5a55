import t from 'tap'
import { HealthCheckSchema } from '../../../edge/contract/health.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('a check asks for / every five seconds and wants a success, unless told otherwise', async (t) => {
  t.same(accepted(HealthCheckSchema, {}), {
    kind: 'http',
    method: 'GET',
    path: '/',
    statuses: ['200-299'],
    intervalMs: 5_000,
    jitterRatio: 0.2,
    timeoutMs: 2_000,
    unhealthyAfter: 3,
    healthyAfter: 2,
    initial: 'healthy',
  })
})

t.test('what is written into the request of a check cannot break out of it', async (t) => {
  t.same(refusedAt(HealthCheckSchema, { path: '/up\r\nX: y' }), ['/path'])
  t.same(refusedAt(HealthCheckSchema, { path: 'up' }), ['/path'])
  t.same(refusedAt(HealthCheckSchema, { host: 'a b' }), ['/host'])
  t.same(refusedAt(HealthCheckSchema, { statuses: ['2xx'] }), ['/statuses/0'])
  t.same(refusedAt(HealthCheckSchema, { statuses: [] }), ['/statuses'])
})
