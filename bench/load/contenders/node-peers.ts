import { join } from 'node:path'
import type { Contender } from '../contender.ts'
import { startProcess, untilReady } from '../process.ts'

const PEERS = join(import.meta.dirname, '../peers')

/** http-proxy (npm) as it comes, forwarding only: without an agent of its own each request gets a connection. */
export const httpProxy = nodePeer('http-proxy', 'http-proxy as it comes (a new connection per request)', ['http-proxy.js'])

/** http-proxy (npm) given an agent that keeps connections to the origin, forwarding only. */
export const httpProxyKeepAlive = nodePeer('http-proxy-keep-alive', 'http-proxy given a keep-alive agent', ['http-proxy.js', 'keep-alive'])

/** @fastify/http-proxy (npm), forwarding only; it keeps connections by itself. */
export const fastifyHttpProxy = nodePeer('fastify-http-proxy', '@fastify/http-proxy', ['fastify-http-proxy.js'])

function nodePeer(name: string, label: string, [program, ...flags]: readonly string[]): Contender {
  return {
    name,
    label,
    cases: ['pass'],
    async start({ rig, folder, port }) {
      const command = [process.execPath, join(PEERS, program!), rig.originUrl, String(port), ...flags]
      const peer = await startProcess(command, join(folder, `${name}.log`))
      await untilReady(peer, () => peer.output().includes('ready'))
      return { url: `http://127.0.0.1:${port}`, process: peer }
    },
  }
}
