// Reading stage: who is asking. The address is what trusted proxies vouch for, the class what the User-Agent says.

import { clientAddress } from '../client/client-address.ts'
import type { Client } from '../client/client-class.ts'
import type { Exchange, Request } from './exchange.ts'

/** The client behind a request. */
export function identify(request: Request, x: Exchange): Client {
  const { clients } = x.snapshot
  const { address, trustedPeer } = clientAddress(x.incoming.peerAddress, request.fields, clients.addressRule)
  const userAgent = request.fields.get('user-agent')
  const client: Client = { address, trustedPeer, userAgent, class: clients.crawlers.isCrawler(userAgent) ? 'crawler' : 'person' }
  x.why.clientAddress = address
  x.why.clientClass = client.class
  x.tools.metrics.client(client.class)
  return client
}
