// Discovery for an edge that asks by itself.

import type { EndpointWatch, OpenEndpointWatch } from '../../edge/base/endpoint-watch.ts'
import { readConsulAccess } from './consul-access.ts'
import { openConsulCatalog } from './consul-catalog.ts'
import { Discovery } from './discovery.ts'
import { openSystemResolver } from './system-resolver.ts'

/** Opens it. @throws EdgeError CONFIG_UNREADABLE when a file of Consul's cannot be read */
export const openEdgeDiscovery: OpenEndpointWatch = async ({ consul, dns }, last, ports): Promise<EndpointWatch> => {
  const catalog = consul === undefined ? null : openConsulCatalog(consul, await readConsulAccess(consul, ports.files))
  return new Discovery({ ...ports, catalog, resolver: openSystemResolver(dns) }, { endpoints: last, refused: [] })
}
