// A listener: one address the edge takes connections at, and what stands between the socket and HTTP there.

import Type from 'typebox'
import { LISTEN_PATTERN, RANGE_PATTERN } from './identifiers.ts'

const file = (description: string) => Type.String({ minLength: 1, maxLength: 4096, description })

/** How TLS is spoken at a listener. */
export const ListenerTlsSchema = Type.Object(
  {
    certificates: Type.Array(
      Type.Object(
        {
          certFile: file('The certificate with its chain, PEM. The names in it decide which clients get it (SNI).'),
          keyFile: file('Its private key, PEM.'),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1_000, description: 'Certificates by name; the first is for clients that name none of them.' },
    ),
    minVersion: Type.Union([Type.Literal('1.2'), Type.Literal('1.3')], { default: '1.2', description: 'The oldest TLS that is spoken.' }),
    http2: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'on', description: 'Whether HTTP/2 is offered (ALPN).' }),
    clientCertificates: Type.Optional(
      Type.Object(
        {
          caFile: file('Who signs the certificates of clients, PEM.'),
          mode: Type.Union([Type.Literal('request'), Type.Literal('require')], {
            default: 'require',
            description: 'request lets clients without one in; require ends the handshake. One that does not verify never gets in.',
          }),
        },
        { additionalProperties: false, description: 'Certificates of clients; a verified one is the key source `certificate`.' },
      ),
    ),
  },
  { additionalProperties: false, description: 'TLS. Files are read again when they change, and on SIGHUP; connections stay.' },
)
/** How TLS is spoken at a listener, defaults filled in. */
export type ListenerTls = Type.Static<typeof ListenerTlsSchema>

/** One more address to take connections at. */
export const ListenerSchema = Type.Object(
  {
    address: Type.String({
      pattern: LISTEN_PATTERN,
      description: 'Where it listens: host:port, unix:/path, or fd:NAME for a socket that systemd hands over.',
    }),
    tls: Type.Optional(ListenerTlsSchema),
    proxyProtocol: Type.Optional(
      Type.Object(
        {
          trusted: Type.Array(Type.String({ pattern: RANGE_PATTERN }), {
            minItems: 1,
            maxItems: 1_000,
            description: 'Balancers that must begin with a PROXY header (version 1 or 2). Others are cut off.',
          }),
        },
        { additionalProperties: false, description: 'The PROXY protocol: balancers in front tell the address of the client.' },
      ),
    ),
    redirectToHttps: Type.Optional(
      Type.Object(
        {
          port: Type.Integer({ minimum: 1, maximum: 65_535, default: 443, description: 'The port of the secure site.' }),
        },
        { additionalProperties: false, description: 'Answers every request with a 308 to the same target over https.' },
      ),
    ),
  },
  { additionalProperties: false, description: 'One more address to take connections at.' },
)
/** One more address to take connections at, defaults filled in. */
export type ListenerConfig = Type.Static<typeof ListenerSchema>
