// @fastify/http-proxy as its README shows it: fastify without a logger, undici behind.
// Arguments: origin URL, port to listen on.
import proxy from '@fastify/http-proxy'
import fastify from 'fastify'

const [upstream, port] = process.argv.slice(2)
const server = fastify({ logger: false })
server.register(proxy, { upstream, undici: { connections: 128, pipelining: 1 } })
await server.listen({ host: '127.0.0.1', port: Number(port) })
console.log('ready')
