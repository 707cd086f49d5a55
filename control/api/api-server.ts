// The API as one server: settings, guard, errors, routes. Sockets begin and end here.

import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { TSchema } from 'typebox'
import { EdgeError } from '../../edge/base/edge-error.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { KIB } from '../../edge/contract/units.ts'
import { validate } from '../../edge/contract/validate.ts'
import type { ApiContext } from './context.ts'
import { addGuard } from './guard.ts'
import type { HostCheck } from './host-check.ts'
import { PROBLEM_TYPE, refuse } from './refusal.ts'
import { addAuditRoutes } from './routes-audit.ts'
import { addChangeRoutes } from './routes-changes.ts'
import { addConsoleRoutes, type ConsoleFile } from './routes-console.ts'
import { addDraftRoutes } from './routes-draft.ts'
import { addEndpointRoutes } from './routes-endpoints.ts'
import { addEventRoutes } from './routes-events.ts'
import { addExplainRoutes } from './routes-explain.ts'
import { addFleetRoutes } from './routes-fleet.ts'
import { addMetricRoutes } from './routes-metrics.ts'
import { addPeerRoutes } from './routes-peers.ts'
import { addPublishRoutes } from './routes-publish.ts'
import { addPurgeRoutes } from './routes-purges.ts'
import { addRevisionRoutes } from './routes-revisions.ts'
import { addStreamRoutes } from './routes-stream.ts'
import { addSwitchRoutes } from './routes-switches.ts'
import { addTokenRoutes } from './routes-tokens.ts'
import { addTrafficRoutes } from './routes-traffic.ts'
import { API_POLICY, SECURITY_FIELDS } from './security-fields.ts'

const BODY_LIMIT_BYTES = 64 * KIB
/** Silence on a connection after which it is closed. Streams and events speak far more often; waits for edges are shorter. */
const SILENT_CONNECTION_MS = 60_000
/** Connections at once: every edge, and room for people. */
const MAX_CONNECTIONS = 12_000
const REQUEST_ID_BYTES = 8

/** What the server needs beside what its routes work with. */
export interface ApiServerOptions {
  readonly isOwnHost: HostCheck
  readonly console: readonly ConsoleFile[]
}

/** Builds the server; it listens when `listen` is called on it. */
export function createApiServer(context: ApiContext, options: ApiServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: SILENT_CONNECTION_MS,
    forceCloseConnections: true,
    // Ours, never the client's: the audit names requests by it.
    genReqId: () => context.random.hex(REQUEST_ID_BYTES),
    requestIdHeader: false,
    return503OnClosing: true,
  })
  app.server.maxConnections = MAX_CONNECTIONS
  // The contract's own validator: it coerces nothing, refuses unknown fields, and says what would be right.
  app.setValidatorCompiler<TSchema>(({ schema }) => (value) => {
    const read = validate(schema, value)
    return read.ok ? { value: read.value } : { error: new RefusedBody(read.problems) }
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_FIELDS, 'content-security-policy': API_POLICY, 'x-request-id': request.id })
  })
  addGuard(app, { isOwnHost: options.isOwnHost, tokens: context.tokens })
  app.addHook('onResponse', async (request, reply) => logRequest(context, request, reply))
  app.setNotFoundHandler((request, reply) => refuse(reply, 'absent', `There is no ${request.method} ${pathOf(request)} here.`))
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(context, error, request, reply))
  addRoutes(app, context, options.console)
  return app
}

function addRoutes(app: FastifyInstance, context: ApiContext, files: readonly ConsoleFile[]): void {
  addRevisionRoutes(app, context)
  addDraftRoutes(app, context)
  addPublishRoutes(app, context)
  addSwitchRoutes(app, context)
  addTrafficRoutes(app, context)
  addPeerRoutes(app, context)
  addPurgeRoutes(app, context)
  addFleetRoutes(app, context)
  addEndpointRoutes(app, context)
  addExplainRoutes(app, context)
  addChangeRoutes(app, context)
  addMetricRoutes(app, context)
  addAuditRoutes(app, context)
  addTokenRoutes(app, context)
  addStreamRoutes(app, context)
  addEventRoutes(app, context)
  addConsoleRoutes(app, files)
}

/** A body or query that is not as its schema says. */
class RefusedBody extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super('The request is not as its schema says.')
    this.problems = problems
  }
}

function answerError(context: ApiContext, error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RefusedBody) return refuse(reply, 'bad-request', 'A field is missing, unknown or out of range:', error.problems)
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return refuse(reply, 'too-large', 'Send less; sites may have 8 MiB, other bodies 64 KiB.')
  if (status === 415) return refuse(reply, 'media-type', 'Send application/json; a stream is application/x-ndjson.')
  // The framework's own refusals (bad JSON, __proto__, wrong length) are safe to quote: they speak of the request only.
  if (status !== undefined && status >= 400 && status < 500) return refuse(reply, 'bad-request', error.message)
  if (error instanceof EdgeError) {
    context.log.error({ event: 'api-fault', code: error.code, ...error.detail, requestId: request.id, cause: String(error.cause ?? '') })
    const { status: code, sentence } = error.row
    return reply
      .code(code)
      .type(PROBLEM_TYPE)
      .send({ type: `urn:weir:${error.code}`, title: sentence, status: code, detail: sentence })
  }
  context.log.error({ event: 'api-fault', code: 'INTERNAL', requestId: request.id, cause: String(error.stack ?? error) })
  return refuse(reply, 'internal', `Look for request ${request.id} in the log of the control plane.`)
}

function logRequest({ log }: ApiContext, request: FastifyRequest, reply: FastifyReply): void {
  const { method, ip, id, token } = request
  const durationMs = Math.round(reply.elapsedTime * 10) / 10
  log.info({
    event: 'api',
    method,
    path: pathOf(request),
    status: reply.statusCode,
    durationMs,
    actor: token?.name ?? '',
    address: ip,
    requestId: id,
  })
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!.slice(0, 256)
}
