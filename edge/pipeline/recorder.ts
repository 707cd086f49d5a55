// Records sampled exchanges of a worker as lines, without their secrets. It stands around the line: stages do not know of it, and while
// nothing is recorded there is none.
//
// Invariants: what is said of an exchange is said once, at its end. Exchanges being recorded, bodies held and lines waiting are bounded;
// beyond that an exchange is served as ever and counted as dropped.

import { isPromise } from '../base/is-promise.ts'
import type { Cancel } from '../base/ports.ts'
import type { RecordTerms } from '../contract/recording.ts'
import { watchedBody } from '../http/body.ts'
import { type BodyCopy, CopiedBody } from '../mirror/copied-body.ts'
import type { Answer, Exchange, Reply, Sent } from './exchange.ts'
import { type Recorded, recordedLine } from './recorded-line.ts'
import { SentBody } from './sent-body.ts'

/** Exchanges recorded at once. */
const MAX_OPEN = 10_000
/** Lines wait for others this long, and as many bytes. */
const FLUSH_EVERY_MS = 100
const FLUSH_BYTES = 256 * 1024

/** Takes lines. @param dropped exchanges that were not recorded since the last call */
export type TakeLines = (lines: readonly string[], dropped: number) => void

interface Ended {
  readonly answer: Answer
  readonly sent: Sent
  readonly sentBody: SentBody
  /** The request body, when it was kept whole. */
  readonly bytes: Uint8Array | null
}

/** Records the exchanges of one worker. */
export class Recorder {
  readonly #terms: RecordTerms
  readonly #more: ReadonlySet<string>
  readonly #tools: Exchange['tools']
  readonly #take: TakeLines
  readonly #startedMs: number
  readonly #worker: number
  readonly #connections = new WeakMap<object, string>()
  readonly #cancel: Cancel
  #nextConnection = 0
  #open = 0
  #lines: string[] = []
  #bytes = 0
  #dropped = 0
  #over = false

  /** @param worker its number, so that connections of different workers are told apart */
  constructor(terms: RecordTerms, worker: number, tools: Exchange['tools'], take: TakeLines) {
    this.#terms = terms
    this.#more = new Set(terms.mask.map((name) => name.toLowerCase()))
    this.#worker = worker
    this.#tools = tools
    this.#take = take
    this.#startedMs = tools.clock.monotonicMs()
    this.#cancel = tools.timers.every(FLUSH_EVERY_MS, () => this.#flush())
  }

  /** The same exchange, recorded if chance has it. */
  watch(x: Exchange): Exchange {
    // A tunnel is no request that could be sent again.
    if (this.#over || x.incoming.upgrade !== null || this.#tools.random.next() >= this.#terms.sample) return x
    if (this.#open >= MAX_OPEN || this.#tools.pressure.level > 0) {
      this.#dropped += 1
      return x
    }
    this.#open += 1
    const { budget } = this.#tools
    const { body } = x.incoming
    let copy: BodyCopy | 'late' | null = null
    const copied = new CopiedBody(this.#terms.bodyBytes, budget, (whole) => {
      if (copy === null) copy = whole
      else if (whole.kind === 'whole') budget.give(whole.bytes.byteLength)
    })
    const reply = new WatchedReply(x.reply, (answer, sent, sentBody) => {
      this.#open -= 1
      const bytes = copy !== null && copy !== 'late' && copy.kind === 'whole' ? copy.bytes : null
      // An answer may be over before its request is: what comes of that body then is for nobody.
      copy ??= 'late'
      this.#write(x, { answer, sent, sentBody, bytes })
      if (bytes !== null) budget.give(bytes.byteLength)
    })
    return { ...x, incoming: { ...x.incoming, body: body === null ? null : watchedBody(body, copied) }, reply }
  }

  /** Ends it: what was recorded by now is taken, what is under way is left out. */
  end(): void {
    this.#over = true
    this.#cancel()
    this.#flush()
  }

  #write(x: Exchange, { answer, sent, sentBody, bytes }: Ended): void {
    if (this.#over || (this.#terms.route !== undefined && x.why.route !== this.#terms.route)) return
    const recorded: Recorded = {
      x,
      atMs: x.startedMonotonicMs - this.#startedMs,
      durationMs: this.#tools.clock.monotonicMs() - x.startedMonotonicMs,
      connection: this.#connectionOf(x.incoming.memory),
      body: bytes,
      answer: {
        status: answer.status,
        bytes: sentBody.bytes,
        whole: sent.outcome === 'whole' ? 'yes' : 'no',
        digest: sentBody.digest,
      },
    }
    this.#keep(recordedLine(recorded, this.#more))
  }

  #connectionOf(memory: object): string {
    const known = this.#connections.get(memory)
    if (known !== undefined) return known
    const name = `${this.#worker}-${(this.#nextConnection++).toString(36)}`
    this.#connections.set(memory, name)
    return name
  }

  #keep(line: string): void {
    this.#lines.push(line)
    this.#bytes += line.length
    if (this.#bytes >= FLUSH_BYTES) this.#flush()
  }

  #flush(): void {
    if (this.#lines.length === 0 && this.#dropped === 0) return
    this.#take(this.#lines, this.#dropped)
    this.#lines = []
    this.#bytes = 0
    this.#dropped = 0
  }
}

/** The way back to a client, with somebody who hears what went there. */
class WatchedReply implements Reply {
  readonly #reply: Reply
  readonly #told: (answer: Answer, sent: Sent, bytes: SentBody) => void

  constructor(reply: Reply, told: (answer: Answer, sent: Sent, bytes: SentBody) => void) {
    this.#reply = reply
    this.#told = told
  }

  interim(...words: Parameters<Reply['interim']>): void {
    this.#reply.interim(...words)
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const bytes = new SentBody()
    const sending = this.#reply.send(answer.body === null ? answer : { ...answer, body: watchedBody(answer.body, bytes) })
    if (isPromise(sending)) {
      return sending.then((sent) => {
        this.#told(answer, sent, bytes)
        return sent
      })
    }
    this.#told(answer, sending, bytes)
    return sending
  }
}
