// Server-sent events. The token travels in its field, as everywhere: a query would put it into logs and histories, so a console
// reads the stream with fetch, not with EventSource.

import type { FastifyInstance } from 'fastify'
import type { ApiContext } from './context.ts'
import type { Subscriber } from './event-hub.ts'
import { refuse } from './refusal.ts'

/** Adds the events. */
export function addEventRoutes(app: FastifyInstance, { events }: ApiContext): void {
  app.get('/v1/events', { config: { action: 'read' }, exposeHeadRoute: false }, (request, reply) => {
    if (events.full) return refuse(reply, 'full', 'As many consoles look on as this control plane takes.')
    const { raw } = reply
    const subscriber: Subscriber = {
      tokenId: request.token!.id,
      write: (text) => raw.write(text),
      waitingBytes: () => raw.writableLength,
      close: () => raw.destroy(),
    }
    reply.hijack()
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    raw.once('close', () => events.remove(subscriber))
    events.add(subscriber)
    return reply
  })
}
