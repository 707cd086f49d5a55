import type { Abort } from '../../edge/base/abort.ts'
import { discard } from '../../edge/http/body.ts'
import type { Answer, Reply, Sent } from '../../edge/pipeline/exchange.ts'

/** The way back to a client that keeps what it was sent, and treats bodies as a listener does. */
export class RecordingReply implements Reply {
  /** All answers sent; an exchange sends one. */
  readonly answers: Answer[] = []
  text = ''
  readonly #method: string
  readonly #wanted: Abort

  constructor(method: string, wanted: Abort) {
    this.#method = method
    this.#wanted = wanted
  }

  /** Interim answers passed on. */
  readonly interims: number[] = []

  interim(status: number): void {
    this.interims.push(status)
  }

  send(answer: Answer): Promise<Sent> | Sent {
    this.answers.push(answer)
    if (this.#wanted.aborted) {
      discard(answer.body)
      return { outcome: 'client-gone', bytes: 0 }
    }
    const bodiless = this.#method === 'HEAD' || answer.status === 204 || answer.status === 304
    if (answer.body !== null && !bodiless) return this.#stream(answer.body)
    discard(answer.body)
    return { outcome: 'whole', bytes: 0 }
  }

  #stream(body: NonNullable<Answer['body']>): Promise<Sent> {
    return new Promise((resolve) => {
      const flow = body.open({
        write: (chunk) => {
          this.text += Buffer.from(chunk).toString()
          return true
        },
        end: () => resolve({ outcome: 'whole', bytes: this.text.length }),
        fail: (fault) => resolve({ outcome: 'cut', bytes: this.text.length, fault }),
      })
      this.#wanted.on(() => {
        flow.cancel()
        resolve({ outcome: 'client-gone', bytes: this.text.length })
      })
    })
  }
}
