import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'
import { NO_ERROR } from './http2-frames.ts'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

/** A connection by node's own client. */
export function visitor(t: Scope, port: number): ClientHttp2Session {
  const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false })
  session.on('error', () => {})
  t.teardown(() => session.destroy())
  return session
}

/** A request on its way, and what came back so far. */
export interface Visit {
  readonly stream: ClientHttp2Stream
  headers: IncomingHttpHeaders | null
  /** Interim answers. */
  readonly interims: IncomingHttpHeaders[]
  text: string
  /** 'open' while it lasts, 'whole', or the code of a reset. */
  end: string
}

/** Asks; without a body the request ends with its head, with null it is left open. */
export function ask(session: ClientHttp2Session, fields: Record<string, string | string[]> = {}, body?: string | null): Visit {
  const stream = session.request({ ':path': '/', ...fields }, { endStream: body === undefined })
  const visit: Visit = { stream, headers: null, interims: [], text: '', end: 'open' }
  stream.on('response', (headers) => {
    visit.headers = headers
  })
  stream.on('headers', (headers) => visit.interims.push(headers))
  stream.on('data', (chunk) => {
    visit.text += chunk
  })
  stream.on('error', () => {})
  stream.on('close', () => {
    visit.end = stream.rstCode === NO_ERROR ? 'whole' : String(stream.rstCode)
  })
  if (typeof body === 'string') stream.end(body)
  return visit
}

/** Waits for the end of an answer. */
export async function ended(visit: Visit): Promise<Visit> {
  await until(() => visit.end !== 'open', { what: 'the end of the answer' })
  return visit
}
