// Streams of edges: one HTTP exchange each, whose request body carries lines up while its answer carries lines down.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { LineReader } from '../../edge/base/line-reader.ts'
import type { Clock } from '../../edge/base/ports.ts'
import { MAX_LINE_BYTES, STREAM_PATH } from '../../edge/contract/wire.ts'
import type { StreamSession, StreamSocket } from '../push/stream-session.ts'
import type { ApiContext } from './context.ts'
import { refuse } from './refusal.ts'

/** The media type of a stream. */
export const NDJSON = 'application/x-ndjson'

/** Adds the path at which edges open their streams. */
export function addStreamRoutes(app: FastifyInstance, { publisher, clock }: ApiContext): void {
  // The body is left alone: it goes on for as long as the edge lives.
  app.addContentTypeParser(NDJSON, (_request, _payload, done) => done(null))

  app.post(STREAM_PATH, { config: { action: 'stream' } }, (request, reply) => {
    if (request.headers['content-type'] !== NDJSON) return refuse(reply, 'media-type', `A stream is ${NDJSON}.`)
    const origin = { address: request.ip, tokenId: request.token!.id }
    const session = publisher.open(socketOf(request.raw, reply.raw), origin)
    if (!session) return refuse(reply, 'full', 'There are as many streams as this control plane takes.')
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': NDJSON, 'cache-control': 'no-store', 'x-request-id': request.id })
    // An edge that hears nothing yet should know at once that it was let in.
    reply.raw.flushHeaders()
    follow(session, request.raw, reply.raw, clock)
    return reply
  })
}

function socketOf(request: IncomingMessage, response: ServerResponse): StreamSocket {
  return {
    write: (line) => response.write(`${line}\n`),
    waitingBytes: () => response.writableLength,
    close() {
      response.destroy()
      request.destroy()
    },
  }
}

function follow(session: StreamSession, request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const reader = new LineReader(MAX_LINE_BYTES)
  request.on('data', (chunk: Buffer) => {
    const lines = reader.take(chunk)
    if (lines === 'too-long') return session.end(`it sent a line of more than ${MAX_LINE_BYTES} bytes`)
    for (const line of lines) session.receive(line, clock.monotonicMs())
  })
  request.once('end', () => session.end('it ended its stream'))
  request.on('error', (cause) => session.end(cause.message))
  response.on('drain', () => session.drained(clock.monotonicMs()))
  response.on('error', (cause) => session.end(cause.message))
  response.once('close', () => session.end('the connection ended'))
}
