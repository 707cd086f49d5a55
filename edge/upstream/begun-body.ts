// The body of a request that gets a connection to a peer only once it has begun to come. Clients that send a byte now and then would
// otherwise hold all connections there are for as long as they like, with everybody else waiting behind them (slow POST).

import type { Body, BodyFlow } from '../http/body.ts'
import { AnswerBody } from './answer-body.ts'

/** So much of a body is a beginning: whoever is slow has not sent it before its own deadline, and most bodies are not longer. */
const BEGINNING_BYTES = 16 * 1024

/** The same body, once its beginning or all of it is here. Rejects with the fault of one that breaks off before. */
export function begunBody(body: Body): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  let flow: BodyFlow | null = null
  let bytes = 0
  let wanted = true
  // Held until it is opened, as the body of an answer is.
  const held = new AnswerBody(body.lengthBytes, {
    flow() {
      wanted = true
      flow?.resume()
    },
    halt() {
      wanted = false
      flow?.pause()
    },
    cancel: () => flow?.cancel(),
  })
  flow = body.open({
    write(chunk) {
      const isBeginning = bytes < BEGINNING_BYTES
      bytes += chunk.byteLength
      held.write(chunk)
      if (isBeginning && bytes >= BEGINNING_BYTES) {
        wanted = false
        resolve(held)
      }
      return wanted
    },
    end() {
      held.end()
      resolve(held)
    },
    fail(fault) {
      held.fail(fault)
      reject(fault)
    },
  })
  return promise
}
