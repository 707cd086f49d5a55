import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary } from './find-binary.ts'
import { freePorts } from './free-port.ts'
import { request, type TestAnswer } from './http-client.ts'
import type { Exit } from './process.ts'
import type { Scope } from './scope.ts'
import { Service } from './service.ts'
import { tempDir } from './temp-dir.ts'

/** A service instance as it is registered; weights, tags and meta as Consul knows them. */
export interface ConsulRegistration {
  readonly id: string
  readonly name: string
  readonly port: number
  /** 127.0.0.1 by default. */
  readonly address?: string
  readonly tags?: readonly string[]
  readonly meta?: Readonly<Record<string, string>>
  readonly weight?: number
}

/** A real Consul agent in dev mode: one server, alone, in memory. */
export interface TestConsul {
  readonly port: number
  readonly url: string
  readonly pid: number
  /** Adds or replaces one instance, healthy at once (it has no check). */
  register(service: ConsulRegistration): Promise<void>
  /** Removes one instance. */
  deregister(id: string): Promise<void>
  /** Any other call of its HTTP API, e.g. `call('PUT', '/v1/kv/a', 'b')`. */
  call(method: string, path: string, body?: string): Promise<TestAnswer>
  stop(): Promise<Exit>
  kill(): Promise<Exit>
  /** Connections stay open and nobody answers, until `resume`. */
  pause(): void
  resume(): void
  /** Comes back on the same port with nothing registered and its indexes begun anew. */
  restart(): Promise<void>
}

/** Starts a Consul for one test and waits until it has elected itself and takes registrations. */
export async function startConsul(t: Scope): Promise<TestConsul> {
  const ports = await freePorts(3)
  const port = ports[0] as number
  const file = join(tempDir(t), 'consul.json')
  writeFileSync(file, JSON.stringify(agentConfig(ports)))
  const call = (method: string, path: string, body?: string) => request({ port, method, path, ...(body === undefined ? {} : { body }) })
  const service = await Service.start(t, {
    name: 'consul',
    command: findBinary('consul'),
    args: ['agent', '-dev', `-config-file=${file}`],
    isReady: () => hasOwnNode(call),
  })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return service.pid
    },
    register: async (wanted) => expectOk(await call('PUT', '/v1/agent/service/register', JSON.stringify(registration(wanted)))),
    deregister: async (id) => expectOk(await call('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`)),
    call,
    stop: () => service.stop(),
    kill: () => service.kill(),
    pause: () => service.pause(),
    resume: () => service.resume(),
    restart: () => service.restart(),
  }
}

/** Dev mode would open 8300-8302, 8500, 8502 and 8600; what is not needed is off (-1), the rest is where we say. */
function agentConfig([http, server, serf]: readonly number[]): object {
  return {
    bind_addr: '127.0.0.1',
    client_addr: '127.0.0.1',
    disable_update_check: true,
    ports: { http, server, serf_lan: serf, serf_wan: -1, dns: -1, grpc: -1, https: -1 },
  }
}

/** A leader alone is not enough: until the node is in the catalog, health queries leave its services out. */
async function hasOwnNode(call: TestConsul['call']): Promise<boolean> {
  const answer = await call('GET', '/v1/health/service/consul?passing')
  return answer.status === 200 && (JSON.parse(answer.text) as unknown[]).length === 1
}

function registration(wanted: ConsulRegistration): object {
  const { id, name, port, address = '127.0.0.1', tags = [], meta = {}, weight = 1 } = wanted
  return { ID: id, Name: name, Port: port, Address: address, Tags: tags, Meta: meta, Weights: { Passing: weight, Warning: 1 } }
}

function expectOk(answer: TestAnswer): void {
  if (answer.status !== 200) throw new Error(`consul answered ${answer.status}: ${answer.text}`)
}
