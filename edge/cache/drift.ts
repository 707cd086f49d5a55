// Whether a kept answer is what its origin would say now.

import { type Body, type BodyFlow, discard } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'

/** What the status of the origin's answer says of a kept one; `compare` when its validators and its body decide. */
export type StatusVerdict = 'gone' | 'status' | 'error' | 'compare'

/** What the status alone says. Refusals and failures say nothing of what is kept: they are about this request, or about the origin. */
export function statusVerdict({ status }: Pick<Entry, 'status'>, now: number): StatusVerdict {
  if (now === status) return 'compare'
  if (now === 404 || now === 410) return 'gone'
  return now < 200 || now >= 400 ? 'error' : 'status'
}

/** Whether both have the same validators, or the same lack of them. */
export function sameValidators(kept: Fields, now: Fields): boolean {
  return ['etag', 'last-modified'].every((name) => kept.get(name) === now.get(name))
}

/** Whether a body is these bytes. It is read no further than to the first difference. @throws what broke it off */
export function isSameBody(expected: Uint8Array, body: Body): Promise<boolean> {
  if (body.lengthBytes !== null && body.lengthBytes !== expected.byteLength) {
    discard(body)
    return Promise.resolve(false)
  }
  return new Promise((resolve, reject) => {
    let at = 0
    let differs = false
    let flow: BodyFlow | null = null
    flow = body.open({
      write(chunk) {
        const from = at
        at += chunk.byteLength
        differs ||= at > expected.byteLength || Buffer.compare(chunk, expected.subarray(from, at)) !== 0
        if (!differs) return true
        flow?.cancel()
        resolve(false)
        return false
      },
      end: () => resolve(!differs && at === expected.byteLength),
      fail: reject,
    })
    // A body at hand comes while it is opened, before there is a flow to cancel.
    if (differs) flow.cancel()
  })
}
