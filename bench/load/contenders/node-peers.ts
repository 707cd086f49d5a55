import { join } from 'node:path'
import type { Contender } from '../contender.ts'
import { startProcess, untilReady } from '../process.ts'

const PEERS = join(import.meta.dirname, '../peers')

/** http-proxy (npm), forwarding only. */
export const httpProxy = nodePeer('http-proxy', 'http-proxy')

/** @fastify/http-proxy (npm), forwarding only. */
export const fastifyHttpProxy = nodePeer('fastify-http-proxy', '@fastify/http-proxy')

function nodePeer(name: string, label: string): Contender {
  return {
    name,
    label,
    cases: ['pass'],
    async start({ rig, folder, port }) {
      const command = [process.execPath, join(PEERS, `${name}.js`), rig.originUrl, String(port)]
      const peer = await startProcess(command, join(folder, `${name}.log`))
      await untilReady(peer, () => peer.output().includes('ready'))
      return { url: `http://127.0.0.1:${port}`, process: peer }
    },
  }
}
