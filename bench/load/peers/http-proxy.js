// http-proxy as its README shows it, with a keep-alive agent (without one it opens a connection per request).
// Arguments: origin URL, port to listen on.
import http from 'node:http'
import httpProxy from 'http-proxy'

const [target, port] = process.argv.slice(2)
const proxy = httpProxy.createProxyServer({ target, agent: new http.Agent({ keepAlive: true, maxSockets: 128 }), xfwd: true })
proxy.on('error', (fault, _request, answer) => {
  console.error(fault.message)
  if (!answer.headersSent) answer.writeHead(502)
  answer.end()
})
http.createServer((request, answer) => proxy.web(request, answer)).listen(Number(port), '127.0.0.1', () => console.log('ready'))
