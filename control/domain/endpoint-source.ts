// Where endpoints come from, as the rest of the control plane sees it: discovery behind one small face.

import type { Cancel } from '../../edge/base/ports.ts'
import { EMPTY_ENDPOINTS, type Endpoints } from '../../edge/contract/publication.ts'
import type { Site } from '../../edge/contract/site.ts'

/** How fresh the endpoints of one service are, and what discovery is up against. */
export interface ServiceReport {
  /** As `serviceKey` writes it. */
  readonly service: string
  /** The index of the last answer, as text because it is 64 bits wide; null before the first. */
  readonly index: string | null
  /** Time since discovery last heard of it; null before the first answer. */
  readonly ageMs: number | null
  /** Healthy instances now. */
  readonly peers: number
  /** What went wrong last, or null while all is well. */
  readonly lastError: string | null
}

/** Discovery: what it found, and how fresh that is. */
export interface EndpointSource {
  /** The endpoints as they stand; replaced whole, never changed. */
  current(): Endpoints
  report(): readonly ServiceReport[]
  /** Calls `listener` after each change of `current()`. */
  onChange(listener: () => void): Cancel
  /** Watches the services that `site` discovers, and no others. */
  follow(site: Site): void
  close(): Promise<void>
}

/** No discovery: what was found last stays as it is. */
export function staticEndpoints(endpoints: Endpoints = EMPTY_ENDPOINTS): EndpointSource {
  return { current: () => endpoints, report: () => [], onChange: () => () => {}, follow: () => {}, close: async () => {} }
}
