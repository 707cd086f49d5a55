import t from 'tap'
import { listenAddress } from '../../../edge/server/listen-address.ts'

t.test('host and port are taken apart, brackets of IPv6 are taken off', async (t) => {
  t.same(listenAddress('127.0.0.1:8080'), { kind: 'tcp', host: '127.0.0.1', port: 8080 })
  t.same(listenAddress('[::1]:0'), { kind: 'tcp', host: '::1', port: 0 })
  t.same(listenAddress('edge.example:443'), { kind: 'tcp', host: 'edge.example', port: 443 })
})

t.test('a path is a Unix socket, colons and all', async (t) => {
  t.same(listenAddress('unix:/run/weir:1.sock'), { kind: 'unix', path: '/run/weir:1.sock' })
})
