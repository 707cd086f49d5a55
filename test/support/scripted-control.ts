import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { digestOf } from '../../edge/contract/canonical-json.ts'
import type { PeerConfig } from '../../edge/contract/peer.ts'
import type { FromEdge } from '../../edge/contract/wire.ts'
import type { Scope } from './scope.ts'

/** A control plane that is only its stream, for one edge: it says what the test tells it to, as fast as the edge takes it. */
export interface ScriptedControl {
  readonly url: string
  readonly edgeToken: string
  /** Publishes a site as the next revision; resolves when the edge serves it. @throws Error when it refuses */
  publish(site: object): Promise<void>
  /** Tells the endpoints of all services; resolves when the edge goes by them. @throws Error when it refuses */
  endpoints(services: Readonly<Record<string, readonly PeerConfig[]>>): Promise<void>
}

/** Starts a scripted control plane that says these things to an edge which says hello; stopped when the test ends. */
export async function startScriptedControl(
  t: Scope,
  first: { readonly site: object; readonly services: Readonly<Record<string, readonly PeerConfig[]>> },
): Promise<ScriptedControl> {
  const asked = new Map<string, { resolve: () => void; reject: (cause: Error) => void }>()
  let stream: ServerResponse | null = null
  let revision = 0
  let seq = 0
  const say = (message: object) => void stream?.write(`${JSON.stringify(message)}\n`)
  const ask = (what: string, number: number, message: object) =>
    new Promise<void>((resolve, reject) => {
      asked.set(`${what} ${number}`, { resolve, reject })
      say(message)
    })
  const endpoints: ScriptedControl['endpoints'] = (found) => {
    seq += 1
    const services = Object.entries(found).map(([service, peers]) => ({ service, peers, seenAtMs: Date.now() }))
    return ask('endpoints', seq, { type: 'endpoints', endpoints: { seq, services } })
  }
  const publish: ScriptedControl['publish'] = (site) => {
    revision += 1
    const publication = { revision, digest: digestOf(site), publishedAtMs: Date.now(), author: 'test', note: '', site }
    return ask('publish', revision, { type: 'publish', publication })
  }
  const take = (message: FromEdge) => {
    if (message.type === 'hello') {
      endpoints(first.services).catch(() => {})
      publish(first.site).catch(() => {})
    }
    if (message.type === 'beat') say({ type: 'beat', atMs: Date.now(), echoAtMs: message.sentAtMs })
    if (message.type !== 'ack' && message.type !== 'nack') return
    const waiting = asked.get(`${message.what} ${message.seq}`)
    if (message.type === 'ack') waiting?.resolve()
    else waiting?.reject(new Error(JSON.stringify(message.problems)))
  }
  const server = createServer((request, response) => {
    stream = response
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders()
    createInterface({ input: request })
      .on('error', () => {}) // The edge may end first.
      .on('line', (line) => take(JSON.parse(line) as FromEdge))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, edgeToken: 'scripted-token-0123456789', publish, endpoints }
}
