// A listener that answers every request with the same target over https.

import { bytesBody } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { authorityForms } from '../http/host.ts'
import type { Answer, Incoming } from '../pipeline/exchange.ts'
import type { ConnectionHost } from './connection-host.ts'
import { refusalText } from './refusal.ts'

const HTTPS_PORT = 443

/** The host with every request answered by 308 (RFC 9110 §15.4.9), or 400 where it names no host. @param port of the secure site */
export function redirectHost(host: ConnectionHost, port: number): ConnectionHost {
  const { bootstrap, clock, timers, log, metrics } = host
  return {
    bootstrap,
    clock,
    timers,
    log,
    metrics,
    get dateLine() {
      return host.dateLine
    },
    get draining() {
      return host.draining
    },
    onRequest(incoming, reply) {
      const sent = reply.send(redirection(incoming, port))
      if (sent instanceof Promise) sent.catch((cause: unknown) => log.warn({ event: 'redirect-failed', cause: String(cause) }))
    },
    onFault: (code) => host.onFault(code),
    add: (connection) => host.add(connection),
    remove: (connection) => host.remove(connection),
  }
}

/** The answer: where the same target is over https. */
export function redirection({ fields, target }: Incoming, port: number): Answer {
  const authority = authorityForms(fields.get('host') ?? '')
  // An absolute-form target names a host of its own, and a client should not be sent to one of its choosing.
  if (authority === null || !target.startsWith('/') || target.startsWith('//')) {
    return { status: 400, fields: JSON_FIELDS.clone(), body: bytesBody(Buffer.from(refusalText('BAD_HOST'))), servedBy: 'edge' }
  }
  const location = `https://${authority.host}${port === HTTPS_PORT ? '' : `:${port}`}${target}`
  return { status: 308, fields: Fields.of({ Location: location }), body: bytesBody(new Uint8Array(0)), servedBy: 'edge' }
}

const JSON_FIELDS = Fields.of({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', connection: 'close' })
