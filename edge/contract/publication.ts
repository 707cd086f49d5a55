// What a control plane publishes: a numbered site with its digest, and the endpoints that discovery found.

import Type from 'typebox'
import { PeerSchema } from './peer.ts'
import { SiteSchema } from './site.ts'
import { Count, DateMs } from './units.ts'

/** A site as a numbered revision. */
export const PublicationSchema = Type.Object(
  {
    revision: Count('Its number; later ones are higher, also after a rollback.', 1),
    digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the site as canonical JSON.' }),
    publishedAtMs: DateMs('When it was published.'),
    author: Type.String({ maxLength: 128, description: 'Who published it.' }),
    note: Type.String({ maxLength: 512, description: 'Why.' }),
    site: SiteSchema,
  },
  { additionalProperties: false, $id: 'publication', title: 'Weir publication', description: 'A site as a numbered revision.' },
)
/** A site as a numbered revision. */
export type Publication = Type.Static<typeof PublicationSchema>

/** The endpoints of one service. */
export const ServiceSchema = Type.Object(
  {
    service: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description: 'What was discovered, e.g. service:tag@datacenter or dns/A/name:port; see serviceKey.',
    }),
    peers: Type.Array(PeerSchema, { maxItems: 5_000, description: 'Its healthy instances, sorted by address.' }),
    seenAtMs: DateMs('When discovery last heard of it.'),
  },
  { additionalProperties: false },
)
/** The endpoints of one service. */
export type ServiceEndpoints = Type.Static<typeof ServiceSchema>

/** The endpoints of all services, under one sequence number. */
export const EndpointsSchema = Type.Object(
  {
    seq: Count('Grows by one with every change.'),
    services: Type.Array(ServiceSchema, { maxItems: 1_000, description: 'The services that pools discover.' }),
  },
  { additionalProperties: false, $id: 'endpoints', title: 'Weir endpoints', description: 'The endpoints that discovery found.' },
)
/** The endpoints of all services, under one sequence number. */
export type Endpoints = Type.Static<typeof EndpointsSchema>

/** Endpoints before anything was found. */
export const EMPTY_ENDPOINTS: Endpoints = Object.freeze({ seq: 0, services: [] })
