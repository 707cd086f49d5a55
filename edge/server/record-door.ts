// `POST /traffic/record` of the admin port: begins a recording of live traffic, and answers with its lines while it goes on; with
// `?stop=yes` it ends the one that is under way, whose last lines go where the others went. What comes out
// is what people ask for, so it is for programs on this machine alone; nothing is written to the disk of the edge.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RecordTerms, RecordTermsSchema } from '../contract/recording.ts'
import { validate } from '../contract/validate.ts'
import { type AdminRefusal, refuseStranger } from './admin-refusal.ts'
import type { RecordDesk } from './record-desk.ts'

/** What may wait for whoever takes the lines; beyond it they are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
const OK_STOPPED: AdminRefusal = { status: 200, message: 'stopped' }
const NUMBERS: ReadonlySet<string> = new Set(['sample', 'forMs', 'maxBytes', 'bodyBytes'])

/** Answers a request for a recording; gives what else is to be said, and then nothing was sent. */
export function takeRecording(request: IncomingMessage, response: ServerResponse, records: RecordDesk): AdminRefusal | null {
  const stranger = refuseStranger(request)
  if (stranger !== null) return stranger
  if (/[?&]stop=yes(?:&|$)/.test(request.url ?? ''))
    return records.stop() ? OK_STOPPED : { status: 409, message: 'no recording is under way' }
  const terms = recordTerms(new URLSearchParams(request.url?.split('?', 2)[1]))
  if (typeof terms === 'string') return { status: 400, message: terms }
  const running = records.begin(terms, (line) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
    if (response.writableLength > MAX_WAITING_BYTES) return false
    response.write(`${line}\n`)
    return true
  })
  if (running === null) return { status: 409, message: 'a recording is under way' }
  response.on('close', running.stop)
  running.over.then(
    () => response.end(),
    (cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined),
  )
  return null
}

/** The terms in a query such as `sample=0.1&forMs=60000&mask=who&mask=where`; a sentence when they are none. */
export function recordTerms(query: URLSearchParams): RecordTerms | string {
  const value: Record<string, unknown> = {}
  const mask: string[] = []
  for (const [name, text] of query) {
    if (name === 'mask') mask.push(text)
    else if (name === 'route') value.route = text
    else if (NUMBERS.has(name) && /^[0-9]{1,12}(?:\.[0-9]{1,9})?$/.test(text)) value[name] = Number(text)
    else return 'there are sample=RATIO, forMs=N, maxBytes=N, bodyBytes=N, route=ID and mask=NAME'
  }
  const read = validate(RecordTermsSchema, mask.length === 0 ? value : { ...value, mask })
  return read.ok ? read.value : read.problems.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ')
}
