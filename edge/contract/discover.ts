// Where the peers of a pool are discovered, and what of an answer is held back for a person to look at.

import Type from 'typebox'
import { DAY_MS, DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from './units.ts'

/** When an answer that loses peers is held instead of applied. */
export const ProtectSchema = Type.Object(
  {
    mode: Type.Union([Type.Literal('on'), Type.Literal('off')], {
      default: 'on',
      description: 'Whether answers that lose too many peers are held; off takes every answer as it comes, also an empty one.',
    }),
    maxLossRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'An answer that is smaller than the most peers of the window by more than this share is held.',
    }),
    minLost: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 2,
      description: 'Fewer lost peers are never held, unless none is left.',
    }),
    windowMs: DurationMs({
      minimum: 0,
      maximum: DAY_MS,
      default: MINUTE_MS,
      description: 'How far back the most peers are looked for, so that many small losses are seen as one.',
    }),
    holdMs: DurationMs({
      minimum: 0,
      maximum: 7 * DAY_MS,
      default: 10 * MINUTE_MS,
      description: 'How long such an answer is held before it is applied; 0 waits for the word of an operator.',
    }),
    emptyHoldMs: DurationMs({
      minimum: 0,
      maximum: 7 * DAY_MS,
      default: 0,
      description: 'The same for an answer without any peer; 0 waits for the word of an operator.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'The protect threshold: a registry in trouble must not empty a pool.' },
)
/** When an answer is held, defaults filled in. */
export type ProtectConfig = Type.Static<typeof ProtectSchema>

/** A name of the DNS that lists peers. */
export const DnsNameSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,253}$', description: 'The name to ask for, complete: no search domain is added.' }),
    type: Type.Union([Type.Literal('A'), Type.Literal('AAAA'), Type.Literal('SRV')], {
      default: 'A',
      description: 'The records to ask for. SRV records bring port, weight and priority; their targets are resolved too.',
    }),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'The port of every peer; needed for A and AAAA, not allowed for SRV.' }),
    ),
    minRefreshMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 5 * SECOND_MS,
      description: 'The name is asked for again no sooner than this, however short its TTL.',
    }),
    maxRefreshMs: DurationMs({
      minimum: 100,
      maximum: DAY_MS,
      default: MINUTE_MS,
      description: 'The name is asked for again no later than this, however long its TTL.',
    }),
  },
  { additionalProperties: false, description: 'Peers come from the DNS: the addresses of this name.' },
)
/** A name of the DNS that lists peers, defaults filled in. */
export type DnsName = Type.Static<typeof DnsNameSchema>

const TAG_PATTERN = '^[A-Za-z0-9._=-]{1,128}$'

/** How peers are discovered: by a service of Consul or a name of the DNS, exactly one of both (see checkDiscover). */
export const DiscoverSchema = Type.Object(
  {
    service: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$', description: 'The name of the service in Consul.' })),
    tag: Type.Optional(Type.String({ pattern: TAG_PATTERN, description: 'Only instances with this tag.' })),
    tags: Type.Array(Type.String({ pattern: TAG_PATTERN }), {
      default: [],
      maxItems: 8,
      description: 'Only instances with all of these tags.',
    }),
    datacenter: Type.Optional(Type.String({ pattern: '^[a-z0-9_-]{1,64}$', description: 'The datacenter to ask; its own when left out.' })),
    accept: Type.Union([Type.Literal('passing'), Type.Literal('warning')], {
      default: 'passing',
      description: 'Which instances are peers: those whose checks all pass, or also those with a warning, at their warning weight.',
    }),
    zoneMeta: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      default: 'zone',
      description:
        'The metadata that names the zone of an instance, looked for at the service, then at its node; else its locality, else its datacenter.',
    }),
    dns: Type.Optional(DnsNameSchema),
    protect: ProtectSchema,
  },
  { additionalProperties: false, description: 'Peers come from Consul (service) or from the DNS (dns), beside those known beforehand.' },
)
/** How peers are discovered, defaults filled in. */
export type DiscoverConfig = Type.Static<typeof DiscoverSchema>

/** The parts of a discovery that say what is asked; the others say how the answer is taken. */
export type DiscoverSource = Partial<Omit<DiscoverConfig, 'protect' | 'dns'>> & { readonly dns?: Partial<DnsName> & Pick<DnsName, 'name'> }

/**
 * The name under which what was discovered travels: `service`, `service:tag`, `service:tag,tag@datacenter`, or `dns/A/name:port`.
 * Sources of the same name are asked once.
 */
export function serviceKey(discover: DiscoverSource): string {
  const { dns, service = '', tag, tags = [], datacenter, accept = 'passing', zoneMeta = 'zone' } = discover
  if (dns) return `dns/${dns.type ?? 'A'}/${dns.name.toLowerCase()}${dns.port === undefined ? '' : `:${dns.port}`}`
  const wanted = [...new Set([...(tag === undefined ? [] : [tag]), ...tags])].sort()
  const options = [...(accept === 'passing' ? [] : [accept]), ...(zoneMeta === 'zone' ? [] : [`zone=${zoneMeta}`])]
  return [
    service,
    wanted.length === 0 ? '' : `:${wanted.join(',')}`,
    datacenter === undefined ? '' : `@${datacenter}`,
    options.length === 0 ? '' : `?${options.join('&')}`,
  ].join('')
}
