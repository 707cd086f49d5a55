// What every request passes before its route sees it, in this order: its Host, its token, its role. A route says which action it is;
// one that does not say cannot be added.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ACTIONS, type Action, mayDo } from '../domain/access.ts'
import type { Actor } from '../domain/audit.ts'
import type { TokenRecord } from '../domain/token.ts'
import { FailedLogins } from './failed-logins.ts'
import type { HostCheck } from './host-check.ts'
import { refuse } from './refusal.ts'
import type { TokenBook } from './token-book.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route does; `public` needs no token. */
    action?: Action | 'public'
  }
  interface FastifyRequest {
    /** Whose token the request carries; null on public routes. */
    token: TokenRecord | null
  }
}

/** Puts the guard before all routes that are added after it. */
export function addGuard(app: FastifyInstance, options: { readonly isOwnHost: HostCheck; readonly tokens: TokenBook }): void {
  const failures = new FailedLogins()
  app.decorateRequest('token', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.action === undefined) throw new TypeError(`the route ${String(route.method)} ${route.url} names no action`)
  })
  app.addHook('onRequest', async (request, reply) => {
    if (!options.isOwnHost(request.headers.host)) {
      return refuse(reply, 'wrong-host', 'Ask under the address the API listens on, or add this name to "hosts" of its bootstrap.')
    }
    const action = request.is404 ? 'public' : request.routeOptions.config.action
    if (action !== 'public') return admit(request, reply, { ...options, failures, action: action! })
  })
}

/** Who sent the request, for the audit. @throws TypeError on a public route: a programming fault */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.token) throw new TypeError('a public route has no actor')
  return { name: request.token.name, address: request.ip, requestId: request.id }
}

type Admission = { readonly tokens: TokenBook; readonly failures: FailedLogins; readonly action: Action }

async function admit(request: FastifyRequest, reply: FastifyReply, { tokens, failures, action }: Admission) {
  const secret = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (secret === undefined) return challenge(reply, 'Send "Authorization: Bearer TOKEN".')
  const token = tokens.identify(secret)
  if (!token) {
    const waitMs = await failures.count(request.ip)
    if (waitMs === 0) return challenge(reply, 'The token is not known here; it may have been taken back.')
    reply.header('retry-after', String(Math.ceil(waitMs / 1_000)))
    return refuse(reply, 'too-many-tries', 'Wait as long as Retry-After says, then send a token that is known here.')
  }
  if (!mayDo(token.role, action)) {
    return refuse(reply, 'forbidden', `This needs the role ${ACTIONS[action]}; the token "${token.name}" has the role ${token.role}.`)
  }
  request.token = token
}

function challenge(reply: FastifyReply, detail: string): FastifyReply {
  return refuse(reply.header('www-authenticate', 'Bearer'), 'unauthenticated', detail)
}
