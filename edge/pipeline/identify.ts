// Reading stage: who is asking. Address and scheme are what trusted proxies vouch for, the class what the User-Agent says.

import { clientAddress } from '../client/client-address.ts'
import type { Client } from '../client/client-class.ts'
import type { CrawlerAgents } from '../client/crawler-agents.ts'
import { introducedBy } from '../client/introduced.ts'
import type { ConnectionMemory } from './connection-memory.ts'
import type { Exchange, Request } from './exchange.ts'

/** The client behind a request. */
export function identify(request: Request, x: Exchange): Client {
  const { why, incoming, snapshot } = x
  const client = incoming.memory.clientOf(request.fields, snapshot.clients) ?? readClient(request, x)
  why.clientAddress = client.address
  why.clientClass = client.class
  why.viaEdge = client.viaEdge
  x.tools.metrics.client(client.class)
  return client
}

function readClient(request: Request, x: Exchange): Client {
  const { clients } = x.snapshot
  const { address, trustedPeer, viaEdge, scheme } = clientAddress(x.incoming.peerAddress, request.fields, clients.addressRule)
  const userAgent = request.fields.get('user-agent')
  const introduced = viaEdge ? introducedBy(request.fields) : null
  const clientClass = introduced?.class ?? (isCrawler(userAgent, clients.crawlers, x.incoming.memory) ? 'crawler' : 'person')
  // The certificate of an edge says nothing of who is behind it.
  const certificate = introduced === null ? x.incoming.certificate : introduced.certificate
  const client: Client = {
    address,
    trustedPeer,
    viaEdge,
    introduced,
    scheme: scheme ?? request.scheme,
    userAgent,
    class: clientClass,
    certificate,
  }
  x.incoming.memory.remember(request.fields, clients, client)
  return client
}

function isCrawler(userAgent: string | undefined, crawlers: CrawlerAgents, memory: ConnectionMemory): boolean {
  if (userAgent === undefined) return crawlers.isCrawler(undefined)
  memory.agent = crawlers.verdict(userAgent, memory.agent)
  return memory.agent.found
}
