// Who a control plane asks for the peers of pools that discover them.

import Type from 'typebox'
import { DurationMs, MINUTE_MS, SECOND_MS } from './units.ts'

const TokenText = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }))
const FilePath = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description }))

/** A Consul agent. */
export const ConsulSchema = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', maxLength: 1024, description: 'The Consul agent.' }),
    token: TokenText('Its ACL token; tokenFile keeps it out of this file.'),
    tokenFile: FilePath('A file with the token, read anew for each question, so that it may be replaced.'),
    tokens: Type.Array(
      Type.Object(
        {
          service: Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$', description: 'The service that it is for.' }),
          tokenFile: Type.String({ minLength: 1, maxLength: 4096, description: 'A file with the token.' }),
        },
        { additionalProperties: false },
      ),
      { default: [], maxItems: 1_000, description: 'Tokens for services that the other one may not read.' },
    ),
    caFile: FilePath('Who signs the certificate of the agent, PEM; the public authorities when left out.'),
    certFile: FilePath('Our certificate, PEM, where the agent wants one (verify_incoming).'),
    keyFile: FilePath('The key of certFile, PEM.'),
    serverName: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,253}$',
        description: 'The name to be verified, e.g. server.dc1.consul; the host of the URL when left out.',
      }),
    ),
    waitMs: DurationMs({
      minimum: 1_000,
      maximum: 10 * MINUTE_MS,
      default: 5 * MINUTE_MS,
      description: 'How long a blocking query may wait.',
    }),
    maxConnections: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 150,
      description: 'Questions at once; stay below http_max_conns_per_client of the agent (200). With more services they take turns.',
    }),
  },
  { additionalProperties: false, description: 'Where pools with discover.service find their peers.' },
)
/** A Consul agent, defaults filled in. */
export type ConsulConfig = Type.Static<typeof ConsulSchema>

/** How names of the DNS are asked for. */
export const DnsSchema = Type.Object(
  {
    servers: Type.Array(
      Type.String({ pattern: '^(\\[[0-9a-fA-F:.]{2,45}\\]|[0-9.]{7,15}):[0-9]{1,5}$', description: 'An address with its port.' }),
      { default: [], maxItems: 16, description: 'The servers to ask, in this order; those of the system when empty.' },
    ),
    timeoutMs: DurationMs({ minimum: 10, maximum: MINUTE_MS, default: 2 * SECOND_MS, description: 'How long one server may take.' }),
    tries: Type.Integer({ minimum: 1, maximum: 10, default: 2, description: 'How often each server is asked before it counts as silent.' }),
  },
  { additionalProperties: false, default: {}, description: 'How pools with discover.dns find their peers.' },
)
/** How names of the DNS are asked for, defaults filled in. */
export type DnsConfig = Type.Static<typeof DnsSchema>

/** How an edge asks for peers itself. */
export const EdgeDiscoverySchema = Type.Object(
  {
    consul: Type.Optional(ConsulSchema),
    dns: DnsSchema,
    afterMs: DurationMs({
      minimum: 0,
      maximum: 10 * MINUTE_MS,
      default: 10 * SECOND_MS,
      description: 'How long the control plane must not have been heard.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Who this edge asks for peers itself, best the agent beside it: while its control plane is not heard, and always without one.',
  },
)
/** How an edge asks for peers itself, defaults filled in. */
export type EdgeDiscovery = Type.Static<typeof EdgeDiscoverySchema>
