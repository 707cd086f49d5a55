// One way to publish, for the API and for the first start: store, push, discover.

import type { Site } from '../../edge/contract/site.ts'
import { type Actor, auditEntry, type Deed } from '../domain/audit.ts'
import { difference } from '../domain/difference.ts'
import type { EndpointSource } from '../domain/endpoint-source.ts'
import { type NextRevision, nextRevision } from '../domain/revision.ts'
import type { ApiContext } from './context.ts'

// The audit says where something changed; what it changed to stands in the revisions.
const MAX_POINTERS = 50

/** A valid site that is to be published. */
export interface Publishing {
  readonly site: Site
  readonly digest: string
  readonly note: string
  readonly actor: Actor
  readonly from: 'draft' | 'site'
  /** The revision whose content this is, when it is a rollback. */
  readonly restores?: number
}

/** Publishes a site: on disk with its audit entry, then on its way to every edge, within this tick. @throws EdgeError STATE_UNWRITABLE */
export function publishSite(
  context: Pick<ApiContext, 'store' | 'publisher' | 'clock' | 'log'> & { readonly endpoints: Pick<EndpointSource, 'follow'> },
  wanted: Publishing,
): NextRevision {
  const { store, publisher, endpoints, clock, log } = context
  const nowMs = clock.wallMs()
  const current = store.current()
  const { site, digest, note, actor } = wanted
  const next = nextRevision(current, { site, digest, note, author: actor.name }, nowMs)
  if (next.kind === 'unchanged') return next
  const { publication } = next
  store.publish(
    publication,
    wanted.from,
    auditEntry(actor, deedOf(wanted, current?.revision ?? 0, publication.revision, current?.site ?? {}), nowMs),
  )
  publisher.publish(publication)
  endpoints.follow(site)
  log.info({ event: 'published', revision: publication.revision, digest, author: actor.name, note })
  return next
}

function deedOf({ site, note, restores }: Publishing, from: number, to: number, before: object): Deed {
  const { changes, extent } = difference(before, site)
  const pointers = changes.slice(0, MAX_POINTERS).map(({ op, pointer }) => `${op} ${pointer}`)
  const change = { from, to, changes: changes.length, extent, pointers, ...(restores === undefined ? {} : { restores }) }
  return { action: restores === undefined ? 'site.publish' : 'site.rollback', subject: `r${to}`, reason: note, change }
}
