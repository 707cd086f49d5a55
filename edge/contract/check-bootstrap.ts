// What the bootstrap schemas cannot see: addresses that mean nothing, two ways to say one thing, two servers on one port.

import { addressFault, rangeFault } from './address-text.ts'
import type { ControlBootstrap, EdgeBootstrap, UpBootstrap } from './bootstrap.ts'
import { repeated } from './check-repeated.ts'
import type { ConsulConfig } from './discovery-settings.ts'
import type { ListenerConfig } from './listener.ts'
import type { Problem } from './problem.ts'
import type { RedisConfig } from './redis.ts'
import { quoted } from './sentences.ts'

/** The problems of an edge's bootstrap. */
export function* checkEdgeBootstrap(edge: EdgeBootstrap): Generator<Problem> {
  if (edge.site === undefined && edge.control === undefined) {
    yield { pointer: '', message: 'has no configuration to serve; it must name a site file in site, or a control plane in control' }
  }
  if (edge.control && edge.control.token === undefined && edge.control.tokenFile === undefined) {
    yield { pointer: '/control', message: 'must have the edge token: the file that holds it in tokenFile, or itself in token' }
  }
  yield* checkEdgeParts(edge, '')
}

/** The problems of a control plane's bootstrap. */
export function* checkControlBootstrap(control: ControlBootstrap): Generator<Problem> {
  yield* checkControlParts(control, '')
}

/** The problems of what `weir up` starts with. There the edge needs no site or control of its own: it is given both. */
export function* checkUpBootstrap(up: UpBootstrap): Generator<Problem> {
  yield* checkEdgeParts(up.edge, '/edge')
  yield* checkControlParts(up.control, '/control')
  yield* checkSeparate([
    ...edgeAddresses(up.edge, '/edge'),
    ['/control/listen', up.control.listen],
    ...(up.demo === 'on' ? up.demoPorts.map((port, index) => [`/demoPorts/${index}`, `127.0.0.1:${port}`] as const) : []),
  ])
}

function* checkEdgeParts(edge: EdgeBootstrap, pointer: string): Generator<Problem> {
  yield* checkListen(`${pointer}/listen`, edge.listen)
  for (const [index, listener] of edge.listeners.entries()) yield* checkListener(`${pointer}/listeners/${index}`, listener)
  if (edge.admin !== 'off') yield* checkAddress(`${pointer}/admin`, edge.admin)
  if (pointer === '') yield* checkSeparate(edgeAddresses(edge, pointer))
  if (edge.redis) yield* checkRedis(`${pointer}/redis`, edge.redis)
  if (edge.discovery?.consul) yield* checkConsul(`${pointer}/discovery/consul`, edge.discovery.consul)
  if (edge.control) yield* checkUrl(`${pointer}/control/url`, edge.control.url)
  if (edge.control?.token !== undefined && edge.control.tokenFile !== undefined) {
    yield {
      pointer: `${pointer}/control/token`,
      message: 'must not stand beside tokenFile; keep tokenFile, so that the token is not in this file',
    }
  }
}

function* checkRedis(pointer: string, { url, topology, others }: RedisConfig): Generator<Problem> {
  yield* checkUrl(`${pointer}/url`, url)
  for (const [index, address] of others.entries()) {
    const message = address.startsWith('unix:') ? `must be HOST:PORT; ${quoted(address)} is a path` : addressFault(address, 1)
    if (message !== null) yield { pointer: `${pointer}/others/${index}`, message }
  }
  if (topology === 'single' && others.length > 0) {
    yield {
      pointer: `${pointer}/others`,
      message: 'must stand beside a topology of cluster or sentinel; of a single server there are no others',
    }
  }
  if (topology === 'cluster' && URL.canParse(url) && !/^\/?0*$/.test(new URL(url).pathname)) {
    yield { pointer: `${pointer}/url`, message: 'must not name a database; a cluster has only number 0' }
  }
}

function edgeAddresses(edge: EdgeBootstrap, pointer: string): (readonly [string, string])[] {
  const listeners = edge.listeners.map(({ address }, index) => [`${pointer}/listeners/${index}/address`, address] as const)
  return [[`${pointer}/listen`, edge.listen], ...listeners, [`${pointer}/admin`, edge.admin]]
}

function* checkListener(pointer: string, listener: ListenerConfig): Generator<Problem> {
  yield* checkListen(`${pointer}/address`, listener.address)
  for (const [index, range] of (listener.proxyProtocol?.trusted ?? []).entries()) {
    const message = rangeFault(range)
    if (message !== null) yield { pointer: `${pointer}/proxyProtocol/trusted/${index}`, message }
  }
  if (listener.tls && listener.redirectToHttps) {
    yield {
      pointer: `${pointer}/redirectToHttps`,
      message: 'must not stand beside tls: who comes over https already would be sent round in a circle',
    }
  }
}

// A socket that is handed over (fd:NAME) has its address already.
function* checkListen(pointer: string, address: string): Generator<Problem> {
  if (!address.startsWith('fd:')) yield* checkAddress(pointer, address)
}

function* checkControlParts(control: ControlBootstrap, pointer: string): Generator<Problem> {
  yield* checkAddress(`${pointer}/listen`, control.listen)
  if (control.changes) yield* checkUrl(`${pointer}/changes/url`, control.changes.url)
  if (control.consul) yield* checkConsul(`${pointer}/consul`, control.consul)
  for (const [index, server] of control.dns.servers.entries()) {
    const message = addressFault(server, 1)
    if (message !== null) yield { pointer: `${pointer}/dns/servers/${index}`, message }
  }
}

function* checkConsul(pointer: string, consul: ConsulConfig): Generator<Problem> {
  yield* checkUrl(`${pointer}/url`, consul.url)
  if (consul.token !== undefined && consul.tokenFile !== undefined)
    yield { pointer: `${pointer}/token`, message: 'must not stand beside tokenFile; keep tokenFile, so that the token is not in this file' }
  const [has, lacks] = consul.certFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile']
  if ((consul.certFile === undefined) !== (consul.keyFile === undefined))
    yield {
      pointer: `${pointer}/${has}`,
      message: `must stand beside ${lacks}: a certificate is of no use without its key, nor a key alone`,
    }
  for (const { index, name, first } of repeated(consul.tokens.map(({ service }) => service)))
    yield { pointer: `${pointer}/tokens/${index}/service`, message: `${quoted(name)} is number ${first} already` }
}

function* checkAddress(pointer: string, address: string): Generator<Problem> {
  const message = addressFault(address, 0)
  if (message !== null) yield { pointer, message }
}

function* checkUrl(pointer: string, url: string): Generator<Problem> {
  if (!URL.canParse(url)) yield { pointer, message: 'must be a whole URL with a host, such as http://127.0.0.1:8500' }
}

function* checkSeparate(addresses: readonly (readonly [string, string])[]): Generator<Problem> {
  const taken = new Map<string, string>()
  for (const [pointer, address] of addresses) {
    // Port 0 takes a free port each time it is asked for.
    if (address === 'off' || (address.endsWith(':0') && !address.startsWith('unix:'))) continue
    const other = taken.get(address)
    if (other !== undefined) yield { pointer, message: `must have an address of its own; ${quoted(address)} is taken by ${other}` }
    taken.set(address, other ?? pointer)
  }
}
