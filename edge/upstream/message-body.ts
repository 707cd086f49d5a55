// The body of an answer that node has read, as the body that the rest of the line knows.

import type { ClientRequest, IncomingMessage } from 'node:http'
import { EdgeError } from '../base/edge-error.ts'
import type { Cancel, Timers } from '../base/ports.ts'
import type { Body } from '../http/body.ts'
import { AnswerBody } from './answer-body.ts'
import type { Hop } from './upstream.ts'

/** The body of an answer; it fails with UPSTREAM_CUT when the peer breaks off, or is silent while it is read. */
export function messageBody(answer: IncomingMessage, outgoing: ClientRequest, hop: Hop, timers: Timers): Body {
  let over = false
  let stopTimer: Cancel = () => {}
  const rest = () => {
    stopTimer()
    answer.pause()
  }
  const watch = () => {
    stopTimer()
    if (!over) stopTimer = timers.after(hop.idleTimeoutMs, () => fail({ silentMs: hop.idleTimeoutMs }))
  }
  const end = (tell: () => void) => {
    if (over) return
    over = true
    stopTimer()
    tell()
    answer.destroy()
  }
  const fail = (detail: object, cause?: Error) =>
    end(() => body.fail(new EdgeError('UPSTREAM_CUT', { peer: hop.address, ...detail }, cause)))
  const flow = () => {
    watch()
    answer.resume()
  }
  const body = new AnswerBody(lengthOf(answer), { flow, halt: rest, cancel: () => end(() => {}) })
  answer.on('data', (chunk: Buffer) => {
    watch()
    body.write(chunk)
  })
  // A reset behind a body without a length: node tells of it first, and then of an end.
  outgoing.on('error', (cause) => fail({ reason: cause.message }, cause))
  answer.on('error', (cause) => fail({ reason: cause.message }, cause))
  answer.on('end', () => (answer.complete ? end(() => body.end()) : fail({})))
  answer.on('close', () => fail({ reason: 'the peer closed the connection' }))
  watch()
  return body
}

function lengthOf(answer: IncomingMessage): number | null {
  const text = answer.headers['content-length']
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : null
}
