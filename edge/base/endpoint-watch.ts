// Discovery as an edge sees it that asks by itself: what it is built from is handed in, since discovery is the control plane's.

import type { EdgeDiscovery } from '../contract/discovery-settings.ts'
import type { Endpoints } from '../contract/publication.ts'
import type { Site } from '../contract/site.ts'
import type { Cancel, Ports } from './ports.ts'

/** What is discovered, watched until it is closed. */
export interface EndpointWatch {
  /** What was found; what nobody has answered for yet is as it was last known. */
  current(): Endpoints
  /** Calls `listener` after each change of `current()`. */
  onChange(listener: () => void): Cancel
  /** Watches what the pools of `site` discover, and nothing else. */
  follow(site: Site): void
  close(): Promise<void>
}

/** What a watch takes from the world. */
export type EndpointWatchPorts = Pick<Ports, 'clock' | 'timers' | 'random' | 'log' | 'metrics' | 'files'>

/** Opens a watch. @param last what was last known; it stands until somebody answers */
export type OpenEndpointWatch = (settings: EdgeDiscovery, last: Endpoints, ports: EndpointWatchPorts) => Promise<EndpointWatch>
