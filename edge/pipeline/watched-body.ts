// A body whose end somebody waits for beside its reader.

import type { Body } from '../http/body.ts'

/** The same body. @param over called once: when it ends, breaks off, or its reader lets go of it */
export function watchedBody(body: Body, over: () => void): Body {
  let isOver = false
  const finish = () => {
    if (isOver) return
    isOver = true
    over()
  }
  return {
    lengthBytes: body.lengthBytes,
    open(sink) {
      const flow = body.open({
        write: (chunk) => sink.write(chunk),
        end() {
          finish()
          sink.end()
        },
        fail(fault) {
          finish()
          sink.fail(fault)
        },
      })
      return {
        pause: () => flow.pause(),
        resume: () => flow.resume(),
        cancel() {
          finish()
          flow.cancel()
        },
      }
    },
  }
}
