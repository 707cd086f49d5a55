// The documents of the full demo: the shop of the small demo with its peers discovered, a Redis, a Consul. Pure.

import { DiscoverSchema } from '../edge/contract/discover.ts'
import type { Site } from '../edge/contract/site.ts'
import { validate } from '../edge/contract/validate.ts'

/** The name of the shop's origins in Consul. */
export const SERVICE = 'shop'

/** The site of the small demo, with the peers of its shop pool discovered instead of written down. */
export function discoveredSite(site: Site): Site {
  const { shop, ...others } = site.pools
  if (!shop) throw new RangeError('the demo site has no pool "shop"')
  const discover = validate(DiscoverSchema, { service: SERVICE })
  if (!discover.ok) throw new RangeError('the name of the service is not valid')
  return { ...site, pools: { ...others, shop: { ...shop, peers: [], discover: discover.value } } }
}

/** The bootstrap of `weir up`. @param siteFile absolute path of the site */
export function fullBootstrap(ports: { readonly redis: number; readonly consul: number }, siteFile: string): object {
  return {
    edge: { redis: { url: `redis://127.0.0.1:${ports.redis}` }, stateDir: '.weir/full/edge' },
    control: { stateDir: '.weir/full/control', site: siteFile, consul: { url: `http://127.0.0.1:${ports.consul}` } },
    demo: 'on',
  }
}

/** One origin as Consul is told about it; its check takes it out within two seconds when it does not answer. */
export function registration(index: number, port: number): object {
  return {
    ID: `origin-${index + 1}`,
    Name: SERVICE,
    Address: '127.0.0.1',
    Port: port,
    Check: { TCP: `127.0.0.1:${port}`, Interval: '1s', Timeout: '1s', Status: 'passing' },
  }
}

/** The settings of a Consul agent that is alone on this machine; what the demo does not need is off (-1). */
export function consulConfig(ports: { readonly http: number; readonly server: number; readonly serf: number }): object {
  const { http, server, serf } = ports
  return {
    bind_addr: '127.0.0.1',
    client_addr: '127.0.0.1',
    disable_update_check: true,
    ports: { http, server, serf_lan: serf, serf_wan: -1, dns: -1, grpc: -1, https: -1 },
  }
}
