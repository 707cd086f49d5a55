// The origins of the demo, one server per port in one process: `node demo/origin.ts 9101 9102 9103`. They are named origin-1,
// origin-2 … and say so in X-Origin.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { shopAnswer } from './shop.ts'

/** Answers one request. */
export function answerShop(origin: string, request: IncomingMessage, response: ServerResponse): void {
  const answer = shopAnswer(request.url ?? '/', origin, Math.random(), Date.now())
  request.resume()
  const send = () => response.writeHead(answer.status, answer.fields).end(request.method === 'HEAD' ? undefined : answer.body)
  if (answer.delayMs === 0) return void send()
  const timer = setTimeout(send, answer.delayMs)
  response.once('close', () => clearTimeout(timer))
}

/** Starts one origin and gives its server once it listens. @throws the system's error when the port is taken */
export function startShop(origin: string, port: number): Promise<Server> {
  const server = createServer((request, response) => answerShop(origin, request, response))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

async function main(ports: readonly number[]): Promise<void> {
  const servers = await Promise.all(ports.map((port, index) => startShop(`origin-${index + 1}`, port)))
  const stop = () => {
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
    // The channel to who started us would keep the process alive.
    if (process.connected) process.disconnect?.()
  }
  process.once('SIGTERM', stop)
  process.once('disconnect', stop)
  // Ctrl-C reaches every process of a terminal; one that was started by another ends when that one says so.
  process.on('SIGINT', () => process.connected || stop())
  console.log(`demo: origins on ${servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`).join(', ')}`)
}

if (import.meta.main) {
  main(process.argv.slice(2).map(Number)).catch((cause: NodeJS.ErrnoException & { port?: number }) => {
    const taken = cause.code === 'EADDRINUSE' ? `127.0.0.1:${cause.port} is taken by another program` : cause.message
    console.error(`demo: ${taken}`)
    process.exitCode = 1
  })
}
