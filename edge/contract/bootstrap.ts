// Bootstrap: what a process is started with and keeps until it ends. Everything that may change while it runs is in the site.

import Type from 'typebox'
import { AuditSchema } from './audit.ts'
import { ChangeStreamSchema } from './changes.ts'
import { ZONE_PATTERN } from './choice.ts'
import { ConsulSchema, DnsSchema, EdgeDiscoverySchema } from './discovery-settings.ts'
import { ADDRESS_PATTERN, LISTEN_PATTERN } from './identifiers.ts'
import { ListenerSchema } from './listener.ts'
import { OverloadSchema } from './overload.ts'
import { RedisSchema } from './redis.ts'
import { DurationMs, HOUR_MS, KIB, MIB, SizeBytes } from './units.ts'

const address = (options: { default?: string; description: string }) => Type.String({ pattern: ADDRESS_PATTERN, ...options })

/** How an edge process starts. */
export const EdgeBootstrapSchema = Type.Object(
  {
    edgeId: Type.String({
      pattern: '^[A-Za-z0-9._-]{1,128}$',
      default: 'edge-1',
      description: 'Its name in the console, in Via and in Cache-Status.',
    }),
    zone: Type.Optional(Type.String({ pattern: ZONE_PATTERN, description: 'Where it stands; pools may prefer peers of its zone.' })),
    cookieKeys: Type.Array(Type.String({ minLength: 32, maxLength: 256 }), {
      default: [],
      maxItems: 4,
      description:
        'Secrets that sticky cookies are signed with, alike at all edges: the first signs, all are believed. Without any the process makes one at its start.',
    }),
    listen: Type.String({
      pattern: LISTEN_PATTERN,
      default: '127.0.0.1:8080',
      description: 'Where it takes requests in plain text; port 0 takes any free one, fd:NAME a socket that systemd hands over.',
    }),
    listeners: Type.Array(ListenerSchema, {
      default: [],
      maxItems: 64,
      description: 'More addresses to listen at: with TLS, or behind a balancer.',
    }),
    admin: Type.Union(
      [address({ description: 'Where /livez, /readyz, /metrics and /debug answer; keep it private.' }), Type.Literal('off')],
      {
        default: '127.0.0.1:9901',
        description: 'Address of the admin port, or off.',
      },
    ),
    portSharing: Type.Union([Type.Literal('refuse'), Type.Literal('allow')], {
      default: 'refuse',
      description:
        'Whether it may listen where another process of the same user does, to take over from it; refuse says that the port is taken.',
    }),
    workers: Type.Integer({ minimum: 0, maximum: 256, default: 0, description: 'Worker threads; 0 is one per core.' }),
    site: Type.Optional(Type.String({ maxLength: 4096, description: 'A site file. With a control plane it is only the last resort.' })),
    control: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: '^https?://', maxLength: 1024, description: 'The control plane.' }),
          token: Type.Optional(
            Type.String({ minLength: 16, maxLength: 256, description: 'Its edge token; tokenFile keeps it out of this file.' }),
          ),
          tokenFile: Type.Optional(Type.String({ maxLength: 4096, description: 'A file with the token.' })),
        },
        { additionalProperties: false, description: 'The control plane that this edge obeys.' },
      ),
    ),
    discovery: Type.Optional(EdgeDiscoverySchema),
    redis: Type.Optional(RedisSchema),
    stateDir: Type.Union([Type.String({ minLength: 1, maxLength: 4096 }), Type.Literal('off')], {
      default: '.weir/edge',
      description: 'Where the last good configuration and the copies of pages are kept, or off.',
    }),
    staticMaxBytes: SizeBytes({
      minimum: MIB,
      maximum: 1_048_576 * MIB,
      default: 256 * MIB,
      description: 'What the copies of pages may take on disk; beyond it the oldest go.',
    }),
    l1MaxBytes: SizeBytes({
      minimum: 0,
      maximum: 1_048_576 * MIB,
      default: 64 * MIB,
      description: 'Memory cache of the whole edge, shared out to its workers; 0 is off.',
    }),
    l1LargestRatio: Type.Number({ minimum: 0.001, maximum: 1, default: 1, description: 'Part of it that one entry may take.' }),
    l1KeepMaxBytes: SizeBytes({
      minimum: 0,
      maximum: 1_024 * MIB,
      default: 0,
      description:
        'How much of the memory cache is written to stateDir at an orderly end and before a successor starts (SIGUSR2), what was asked for most first; the process that follows begins with it. 0 writes nothing.',
    }),
    compressedMaxBytes: SizeBytes({
      minimum: 0,
      maximum: 1_048_576 * MIB,
      default: 16 * MIB,
      description: 'Memory of the whole edge for kept answers that it has compressed, beside l1MaxBytes.',
    }),
    limitCells: Type.Integer({
      minimum: 1_024,
      maximum: 16_777_216,
      default: 131_072,
      description: 'Keys whose limits are counted at once; beyond it the idlest key is forgotten.',
    }),
    firstByteTimeoutMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 10_000,
      description: 'From the connection to its first byte, TLS handshake and PROXY header included.',
    }),
    headTimeoutMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 10_000,
      description: 'From the first byte of a head to its last.',
    }),
    bodyTimeoutMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 30_000,
      description: 'The longest silence within the body of a request.',
    }),
    minBodyBytesPerSecond: Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000,
      default: 128,
      description:
        'How fast the body of a request must arrive on the whole, after a grace of bodyTimeoutMs; slower is cut off. 0 is any pace.',
    }),
    requestTimeoutMs: DurationMs({
      minimum: 100,
      maximum: 24 * HOUR_MS,
      default: HOUR_MS,
      description: 'From the first byte of a request to the last of its body.',
    }),
    sendTimeoutMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 30_000,
      description: 'The longest that a client may take nothing of its answer.',
    }),
    halfCloseMs: DurationMs({
      minimum: 0,
      maximum: HOUR_MS,
      default: 1_000,
      description:
        'How long a client that has closed its sending side is still worked for with nothing to send it; 0 takes it as gone at once.',
    }),
    keepAliveMs: DurationMs({ minimum: 0, maximum: HOUR_MS, default: 60_000, description: 'How long an idle client connection is kept.' }),
    maxHeadBytes: SizeBytes({
      minimum: KIB,
      maximum: 256 * KIB,
      default: 16 * KIB,
      description: 'The longest request head; more gets 431.',
    }),
    maxTargetBytes: SizeBytes({
      minimum: 256,
      maximum: 64 * KIB,
      default: 8 * KIB,
      description: 'The longest request target; more gets 414.',
    }),
    maxFieldBytes: SizeBytes({
      minimum: 256,
      maximum: 256 * KIB,
      default: 8 * KIB,
      description: 'The longest field of a request; more gets 431.',
    }),
    maxFields: Type.Integer({ minimum: 8, maximum: 1_000, default: 100, description: 'Fields in a request head; more gets 431.' }),
    maxConnections: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 50_000, description: 'Client connections of one worker.' }),
    maxConnectionsPerAddress: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 4_096,
      description: 'Client connections from one address to one worker; trusted proxies of the site are not counted.',
    }),
    maxRequestsPerConnection: Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      default: 10_000,
      description: 'Requests on one connection; the last answer says that it is the last.',
    }),
    http2MaxStreams: Type.Integer({ minimum: 1, maximum: 10_000, default: 100, description: 'Streams at once on one HTTP/2 connection.' }),
    http2MaxResetsPerMinute: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 200,
      description: 'Streams that a client may reset per minute on one HTTP/2 connection (rapid reset); more ends it.',
    }),
    overload: OverloadSchema,
    audit: AuditSchema,
    drainDelayMs: DurationMs({
      minimum: 0,
      maximum: HOUR_MS,
      default: 0,
      description: 'How long it goes on as before after SIGTERM while /readyz says 503, so that balancers look elsewhere first.',
    }),
    drainTimeoutMs: DurationMs({
      minimum: 0,
      maximum: HOUR_MS,
      default: 30_000,
      description: 'How long requests may finish once it takes no more connections.',
    }),
    accessLog: Type.Union([Type.Literal('stdout'), Type.Literal('off'), Type.String({ minLength: 1, maxLength: 4096 })], {
      default: 'stdout',
      description: 'Where the access log goes: stdout, off, or a file.',
    }),
  },
  { additionalProperties: false, $id: 'edge', title: 'Weir edge', description: 'How an edge process starts.' },
)
/** How an edge process starts, defaults filled in. */
export type EdgeBootstrap = Type.Static<typeof EdgeBootstrapSchema>

/** How a control plane starts. */
export const ControlBootstrapSchema = Type.Object(
  {
    listen: address({ default: '127.0.0.1:9900', description: 'Where the API and the console answer.' }),
    stateDir: Type.String({
      minLength: 1,
      maxLength: 4096,
      default: '.weir/control',
      description: 'Where revisions, switches, tokens and the audit are kept.',
    }),
    site: Type.Optional(Type.String({ maxLength: 4096, description: 'A site file, published as revision 1 when there is none yet.' })),
    consul: Type.Optional(ConsulSchema),
    dns: DnsSchema,
    changes: Type.Optional(ChangeStreamSchema),
    hosts: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      default: [],
      maxItems: 100,
      description: 'Names under which the API may be asked beside its own address and localhost (against DNS rebinding).',
    }),
  },
  { additionalProperties: false, $id: 'control', title: 'Weir control plane', description: 'How a control plane starts.' },
)
/** How a control plane starts, defaults filled in. */
export type ControlBootstrap = Type.Static<typeof ControlBootstrapSchema>

/** How `weir up` starts everything on one machine. */
export const UpBootstrapSchema = Type.Object(
  {
    edge: Type.Object({ ...EdgeBootstrapSchema.properties }, { additionalProperties: false, default: {}, description: 'The edge.' }),
    control: Type.Object(
      { ...ControlBootstrapSchema.properties },
      { additionalProperties: false, default: {}, description: 'The control plane.' },
    ),
    demo: Type.Union([Type.Literal('on'), Type.Literal('off')], {
      default: 'off',
      description: 'Whether three small demo origins are started too.',
    }),
    demoPorts: Type.Array(Type.Integer({ minimum: 0, maximum: 65_535 }), {
      default: [9101, 9102, 9103],
      maxItems: 3,
      minItems: 3,
      description: 'Where they listen.',
    }),
  },
  { additionalProperties: false, $id: 'up', title: 'Weir on one machine', description: 'Edge, control plane and demo in one go.' },
)
/** How `weir up` starts, defaults filled in. */
export type UpBootstrap = Type.Static<typeof UpBootstrapSchema>
