// Who is asking: whose word on the client's address is believed, and which agents are crawlers.

import Type from 'typebox'
import { RANGE_PATTERN } from './identifiers.ts'

/** How clients are told apart. */
export const ClientsSchema = Type.Object(
  {
    trustedProxies: Type.Array(Type.String({ pattern: RANGE_PATTERN }), {
      default: [],
      maxItems: 1000,
      description:
        'Address ranges of the proxies in front. Only they may name the client; from anyone else X-Forwarded-* and Forwarded are dropped.',
    }),
    trustedEdges: Type.Array(Type.String({ pattern: RANGE_PATTERN }), {
      default: [],
      maxItems: 1000,
      description:
        'Address ranges of edges in front of this one. They are trusted proxies, and more: what they say of the client (class, certificate, limits paid) holds here.',
    }),
    addressField: Type.Union([Type.Literal('x-forwarded-for'), Type.Literal('forwarded')], {
      default: 'x-forwarded-for',
      description: 'The field that trusted proxies write; it is read from right to left up to the first address that is not trusted.',
    }),
    crawlers: Type.Object(
      {
        agents: Type.Array(Type.String({ minLength: 3, maxLength: 128 }), {
          default: [],
          maxItems: 1000,
          description: 'Texts that make a User-Agent a crawler beside the built-in list; letter case is ignored.',
        }),
        people: Type.Array(Type.String({ minLength: 3, maxLength: 128 }), {
          default: [],
          maxItems: 1000,
          description: 'Texts that make a User-Agent a person whatever the lists say; letter case is ignored.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'Corrections to the built-in list of crawlers.' },
    ),
  },
  { additionalProperties: false, default: {}, description: 'How clients are told apart.' },
)
/** How clients are told apart, defaults filled in. */
export type ClientsConfig = Type.Static<typeof ClientsSchema>

/** What kind of client asks: somebody in front of a screen, or a program that fetches on its own. */
export type ClientClass = 'person' | 'crawler'
