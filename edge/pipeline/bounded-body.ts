// A body that may not grow beyond a bound, whatever its sender announced.

import { EdgeError } from '../base/edge-error.ts'
import type { Body, BodyFlow } from '../http/body.ts'

/** The same body, cut off beyond `maxBytes`: its source is cancelled, and its reader hears BODY_TOO_LARGE instead of the rest. */
export function boundedBody(body: Body, maxBytes: number): Body {
  return {
    lengthBytes: body.lengthBytes,
    open(sink) {
      let bytes = 0
      let over = false
      let flow: BodyFlow | null = null
      flow = body.open({
        write(chunk) {
          if (over) return false
          bytes += chunk.byteLength
          if (bytes <= maxBytes) return sink.write(chunk)
          over = true
          flow?.cancel()
          sink.fail(new EdgeError('BODY_TOO_LARGE', { maxBytes }))
          return false
        },
        end: () => over || sink.end(),
        fail: (fault) => over || sink.fail(fault),
      })
      // A body at hand comes while it is opened, before there is a flow to cancel.
      if (over) flow.cancel()
      return flow
    },
  }
}
