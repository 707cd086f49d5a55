// http-proxy as its README shows it. Arguments: origin URL, port to listen on, and `keep-alive` for an agent that keeps connections
// to the origin; without one http-proxy opens a connection per request.
import http from 'node:http'
import httpProxy from 'http-proxy'

const [target, port, connections] = process.argv.slice(2)
const agent = connections === 'keep-alive' ? new http.Agent({ keepAlive: true, maxSockets: 128 }) : undefined
const proxy = httpProxy.createProxyServer({ target, agent, xfwd: true })
proxy.on('error', (fault, _request, answer) => {
  console.error(fault.message)
  if (!answer.headersSent) answer.writeHead(502)
  answer.end()
})
http.createServer((request, answer) => proxy.web(request, answer)).listen(Number(port), '127.0.0.1', () => console.log('ready'))
