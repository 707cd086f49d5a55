// Consul's health API through the `consul` client. The client decodes JSON and knows the fields of Consul; what it does not do
// is noticed here: an answer that is cut off (it would wait for its end until the timeout) and one without a bound.

import { EventEmitter } from 'node:events'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import Consul from 'consul'
import type { Abort } from '../../edge/base/abort.ts'
import type { ConsulConfig } from '../../edge/contract/discovery-settings.ts'
import { SECOND_MS } from '../../edge/contract/units.ts'
import type { ConsulAccess } from './consul-access.ts'
import type { HealthAnswer, HealthCatalog, HealthQuestion } from './health-catalog.ts'
import { Turns } from './turns.ts'

/** An answer of 5,000 instances has about 10 MB; more than this is refused. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
/** What a question may take beside the wait it asks for. */
const SLACK_MS = 5 * SECOND_MS

/** While others wait for their turn, a question waits no longer than this for a change. */
const CROWD_WAIT_MS = 2 * SECOND_MS

/** Opens a client of one Consul agent. Nothing is sent before the first question. */
export function openConsulCatalog(config: ConsulConfig, access: ConsulAccess): HealthCatalog {
  const agent = agentOf(config, access)
  // `baseUrl` keeps the path of a Consul behind a prefix; the client takes it, its types do not know it.
  const options = { baseUrl: `${config.url.replace(/\/+$/, '')}/v1`, agent } as ConstructorParameters<typeof Consul>[0]
  const consul = new Consul(options)
  boundAnswers(consul)
  const turns = new Turns(config.maxConnections)
  return {
    ask: (question, abort) =>
      turns.run(abort, async () => {
        const token = await access.tokenFor(question.service.service)
        const waitMs = turns.waiting > 0 ? Math.min(CROWD_WAIT_MS, config.waitMs) : config.waitMs
        return ask(consul, { ...question, token, waitMs }, abort)
      }),
    close: () => consul.destroy(),
  }
}

function agentOf({ url, serverName, maxConnections }: ConsulConfig, { ca, cert, key }: ConsulAccess): HttpAgent {
  const options = { keepAlive: true, maxSockets: maxConnections }
  if (!url.startsWith('https:')) return new HttpAgent(options)
  return new HttpsAgent({
    ...options,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  })
}

type Asked = HealthQuestion & { readonly token: string | null; readonly waitMs: number }

async function ask(consul: Consul, asked: Asked, abort: Abort): Promise<HealthAnswer> {
  // The client's way to abort a request and to get at the fields of its answer.
  const context = Object.assign(new EventEmitter(), { includeResponse: true })
  const off = abort.on(() => context.emit('cancel'))
  try {
    const [response, body] = (await consul.health.service(optionsOf(asked, context))) as unknown as ClientResult
    const { headers } = response
    return {
      index: headers['x-consul-index'],
      knownLeader: headers['x-consul-knownleader'],
      lastContact: headers['x-consul-lastcontact'],
      body,
    }
  } finally {
    off()
  }
}

type ClientResult = readonly [{ readonly headers: Readonly<Record<string, string | undefined>> }, unknown]

// The client repeats a parameter that is a list; its types do not know it.
function optionsOf({ service, index, consistency, token, waitMs }: Asked, ctx: EventEmitter) {
  const { tags, datacenter, accept } = service
  // Consul adds up to a sixteenth of the wait, so that answers do not come all at once; the timeout must leave room for it.
  const timeout = index === 0n ? SLACK_MS : waitMs + waitMs / 16 + SLACK_MS
  return {
    ctx,
    timeout,
    service: service.service,
    ...(accept === 'passing' ? { passing: true } : {}),
    ...(tags.length === 0 ? {} : { tag: tags as unknown as string }),
    ...(datacenter === null ? {} : { dc: datacenter }),
    ...(token === null ? {} : { token }),
    ...(consistency === 'stale' ? { stale: true } : {}),
    ...(index === 0n ? {} : { index: String(index), wait: `${waitMs}ms` }),
  }
}

type ClientRequest = EventEmitter & { destroy(): void }
type ClientResponse = EventEmitter & { readonly complete: boolean }
type Transport = { request(options: unknown): ClientRequest }
type PendingRequest = { transport: Transport }
type Extensible = { _ext(event: 'onRequest', extend: (pending: PendingRequest, next: () => void) => void): void }

function boundAnswers(consul: Consul): void {
  ;(consul as unknown as Extensible)._ext('onRequest', (pending, next) => {
    const { transport } = pending
    pending.transport = {
      request(options) {
        const request = transport.request(options)
        request.on('response', (response: ClientResponse) => watchAnswer(request, response))
        return request
      },
    }
    next()
  })
}

// The client takes the first error of a request as its end and ignores what comes after.
function watchAnswer(request: ClientRequest, response: ClientResponse): void {
  let bytes = 0
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes <= MAX_ANSWER_BYTES) return
    request.emit('error', new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`))
    request.destroy()
  })
  response.on('error', (cause: Error) => request.emit('error', cause))
  response.on('close', () => {
    if (!response.complete) request.emit('error', new Error('the answer was cut off'))
  })
}
