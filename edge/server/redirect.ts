// A listener that sends everybody to the secure site: connections, bounds and deadlines are those of every listener, but no request
// reaches the line.
//
// Nothing of the answer is guessed: the host is one that parsed, so that it ends where we say, and the target begins with a slash.

import type { Abort } from '../base/abort.ts'
import type { Counter } from '../base/ports.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { Fields } from '../http/fields.ts'
import { type AuthorityForms, authorityForms } from '../http/host.ts'
import { canonicalTarget } from '../http/target.ts'
import { faultAnswer } from '../pipeline/answers.ts'
import type { Answer, Incoming, Reply } from '../pipeline/exchange.ts'
import type { ConnectionHost, HeldConnection } from './connection-host.ts'

const HTTPS_PORT = 443

/** The same host for connections, which answers each request with a redirect instead of serving it. @param port of the secure site */
export function redirectHost(host: ConnectionHost, port: number): ConnectionHost {
  return new RedirectHost(host, port)
}

class RedirectHost implements ConnectionHost {
  readonly bootstrap: ConnectionHost['bootstrap']
  readonly clock: ConnectionHost['clock']
  readonly timers: ConnectionHost['timers']
  readonly log: ConnectionHost['log']
  readonly metrics: ConnectionHost['metrics']
  readonly #host: ConnectionHost
  readonly #port: number
  /** Under no route, as all that never reached one. */
  readonly #redirected: Counter

  constructor(host: ConnectionHost, port: number) {
    this.bootstrap = host.bootstrap
    this.clock = host.clock
    this.timers = host.timers
    this.log = host.log
    this.metrics = host.metrics
    this.#host = host
    this.#port = port
    this.#redirected = host.metrics.counter('weir_requests_total', ['', '3xx', 'edge'])
  }

  get dateLine(): string {
    return this.#host.dateLine
  }

  get draining(): boolean {
    return this.#host.draining
  }

  onRequest(incoming: Incoming, reply: Reply, _wanted: Abort): void {
    const location = secureLocation(incoming, this.#port, this.bootstrap.maxTargetBytes)
    const sending = reply.send(this.#answerTo(location))
    // All of the answer is at hand, so that this is over; and a reply never throws.
    if (sending instanceof Promise) sending.catch((cause: unknown) => this.log.error({ event: 'redirect-failed', cause: String(cause) }))
  }

  onFault(code: ErrorCode): void {
    this.#host.onFault(code)
  }

  add(connection: HeldConnection): void {
    this.#host.add(connection)
  }

  remove(connection: HeldConnection): void {
    this.#host.remove(connection)
  }

  #answerTo(location: Location): Answer {
    if (location.kind === 'url') {
      this.#redirected.add(1)
      return redirectTo(location.url)
    }
    this.onFault(location.code)
    // What could not be read for certain may not have ended where we think (RFC 9112 §9.3).
    return faultAnswer(location.code, { connection: 'close' })
  }
}

type Location = { readonly kind: 'url'; readonly url: string } | { readonly kind: 'fault'; readonly code: ErrorCode }

const BAD_HOST: Location = { kind: 'fault', code: 'BAD_HOST' }
const BAD_TARGET: Location = { kind: 'fault', code: 'BAD_TARGET' }

function secureLocation({ target, fields }: Incoming, port: number, maxBytes: number): Location {
  const named = fields.count('host') === 1 ? authorityForms(fields.get('host')!) : null
  if (named === null) return BAD_HOST
  const path = target.startsWith('/') ? target : pathOf(target, named, maxBytes)
  if (path === null) return BAD_TARGET
  // The port that the client came to is that of the site in plain text.
  const authority = port === HTTPS_PORT ? named.host : `${named.host}:${port}`
  return { kind: 'url', url: `https://${authority}${path}` }
}

// A client may name the whole address (RFC 9112 §3.2.2); anything else that is no path means nothing on another site.
function pathOf(target: string, named: AuthorityForms, maxBytes: number): string | null {
  const read = canonicalTarget(target, { mergeSlashes: 'keep', encodedSlash: 'keep', maxBytes })
  // One that differs from Host is a probe, here as on the line.
  if (!read.ok || read.form !== 'absolute' || authorityForms(read.authority!)?.http !== named.http) return null
  return read.query === null ? read.path : `${read.path}?${read.query}`
}

// 308 and not 301: the method stays, so that a form is sent again and not turned into a GET (RFC 9110 §15.4.9).
function redirectTo(url: string): Answer {
  return { status: 308, fields: Fields.of({ Location: url }), body: null, servedBy: 'edge' }
}
