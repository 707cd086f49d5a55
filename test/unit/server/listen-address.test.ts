import t from 'tap'
import { adminSocketName, listenAddress, listenTexts, listenUrl, socketNames } from '../../../edge/server/listen-address.ts'
import { bootstrapOf } from './start-listener.ts'

t.test('host and port are taken apart, brackets of IPv6 are taken off', async (t) => {
  t.same(listenAddress('127.0.0.1:8080'), { kind: 'tcp', host: '127.0.0.1', port: 8080 })
  t.same(listenAddress('[::1]:0'), { kind: 'tcp', host: '::1', port: 0 })
  t.same(listenAddress('edge.example:443'), { kind: 'tcp', host: 'edge.example', port: 443 })
})

t.test('a path is a Unix socket, colons and all', async (t) => {
  t.same(listenAddress('unix:/run/weir:1.sock'), { kind: 'unix', path: '/run/weir:1.sock' })
})

t.test('a name stands for a socket that is handed over', async (t) => {
  t.same(listenAddress('fd:web-tls.2'), { kind: 'fd', name: 'web-tls.2' })
})

const bootstrap = bootstrapOf({
  listen: '127.0.0.1:0',
  listeners: [{ address: '[::1]:443' }, { address: '127.0.0.1:0' }, { address: 'fd:web' }, { address: 'unix:/run/a~1:b' }],
  admin: '127.0.0.1:0',
})

t.test('listeners are counted from the first one', async (t) => {
  t.same(listenTexts(bootstrap), ['127.0.0.1:0', '[::1]:443', '127.0.0.1:0', 'fd:web', 'unix:/run/a~1:b'])
})

t.test('sockets are named by their address, each differently, without a colon and as nobody would name one', async (t) => {
  const names = [...socketNames(bootstrap), adminSocketName(bootstrap)]
  t.same(names, ['127.0.0.1%3A0', '%5B%3A%3A1%5D%3A443', '127.0.0.1%3A0~1', 'web', 'unix%3A%2Frun%2Fa%7E1%3Ab', 'admin~127.0.0.1%3A0'])
})

t.test('people see a URL where there is one', async (t) => {
  t.equal(listenUrl('127.0.0.1:0', 'http', 4321), 'http://127.0.0.1:4321')
  t.equal(listenUrl('[::1]:0', 'https', 443), 'https://[::1]:443')
  t.equal(listenUrl('unix:/run/a.sock', 'http', 0), 'unix:/run/a.sock')
  t.equal(listenUrl('fd:web', 'https', 443), 'fd:web')
})
