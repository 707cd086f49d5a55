// A request body as the stream that undici reads. It says who is waited for: the client (starved), or the peer (fed).

import { Readable } from 'node:stream'
import type { Body, BodyFlow } from '../http/body.ts'

/** Hears whose turn it is. */
export interface UploadWatcher {
  /** The peer takes, and nothing is here: the client is waited for. */
  starved(): void
  /** Something is here, or the body is over: the peer is waited for. */
  fed(): void
}

/** The body as a stream, opened with the first read; destroying the stream cancels the body. */
export function readableOf(body: Body, watcher: UploadWatcher): Readable {
  let flow: BodyFlow | null = null
  const readable = new Readable({
    read() {
      watcher.starved()
      if (flow) return flow.resume()
      flow = body.open({
        write: (chunk) => {
          watcher.fed()
          return readable.push(chunk)
        },
        end() {
          watcher.fed()
          readable.push(null)
        },
        fail: (fault) => void readable.destroy(fault instanceof Error ? fault : new Error(String(fault))),
      })
    },
    destroy(cause, done) {
      flow?.cancel()
      done(cause)
    },
  })
  return readable
}
