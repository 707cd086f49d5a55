// One request and its copies. The real answer is read as it goes to the client, that of the first copy as it goes to nobody; when both
// are known they are compared.

import { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { MirrorPlan } from '../config/snapshot.ts'
import { MIRROR_FIELD, type MirrorCompare } from '../contract/mirror.ts'
import type { MirrorOutcome } from '../contract/mirror-reading.ts'
import { bytesBody, ended, watchedBody } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import { isSecretField } from '../http/masked.ts'
import { type AnswerReading, ReadingBody } from '../mirror/answer-reading.ts'
import { type BodyCopy, CopiedBody } from '../mirror/copied-body.ts'
import { differencesOf } from '../mirror/differences.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import type { Asked, Exchange } from './exchange.ts'
import { newSpan } from './forward-fields.ts'
import { NOBODY } from './nobody.ts'
import { type Fetched, sendToPool } from './send-to-pool.ts'
import { newWhy } from './why.ts'

/** Conditions of the request: what the mirror holds is not what we or the client hold. */
const CONDITIONS: readonly string[] = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range']

/** A request that is copied. */
export class Mirroring {
  readonly #copies: number
  readonly #mirror: MirrorPlan
  readonly #asked: Asked
  readonly #x: Exchange
  /** The real answer; null where there is none to compare with. */
  readonly #real = Promise.withResolvers<AnswerReading | null>()

  constructor(copies: number, mirror: MirrorPlan, asked: Asked, x: Exchange) {
    this.#copies = copies
    this.#mirror = mirror
    this.#asked = asked
    this.#x = x
  }

  /** Sends the request on, and its copies once it is on its way: with a body, when that is whole. @throws what `send` throws */
  send(draft: UpstreamRequest, send: (draft: UpstreamRequest) => Promise<Fetched>): Promise<Fetched> {
    const { body } = draft
    if (body === null) {
      const fetching = send({ ...draft, fields: draft.fields.clone() })
      this.#sendCopies(draft, null)
      return this.#reading(fetching)
    }
    const { maxBodyBytes } = this.#mirror.config
    if ((body.lengthBytes ?? 0) > maxBodyBytes) {
      this.#note('dropped-body', this.#copies)
      return send(draft)
    }
    const copied = new CopiedBody(maxBodyBytes, this.#x.tools.budget, (copy) => this.#bodyCopied(draft, copy))
    return this.#reading(send({ ...draft, fields: draft.fields.clone(), body: watchedBody(body, copied) }))
  }

  /** Sends copies of a request that goes nowhere else, and has no body. */
  sendAlone(draft: UpstreamRequest): void {
    this.#real.resolve(null)
    this.#sendCopies(draft, null)
  }

  #bodyCopied(draft: UpstreamRequest, copy: BodyCopy): void {
    if (copy.kind === 'whole') this.#sendCopies(draft, copy.bytes)
    else this.#note(copy.kind === 'no-room' ? 'dropped-overload' : 'dropped-body', this.#copies)
  }

  #reading(fetching: Promise<Fetched>): Promise<Fetched> {
    const { compare } = this.#mirror.config
    if (compare === undefined) {
      this.#real.resolve(null)
      return fetching
    }
    return fetching.then(
      (fetched) => ({ ...fetched, answer: this.#read(fetched.answer, compare, this.#real.resolve) }),
      (fault: unknown) => {
        this.#real.resolve(null)
        throw fault
      },
    )
  }

  #read(answer: UpstreamAnswer, compare: MirrorCompare, told: (reading: AnswerReading) => void): UpstreamAnswer {
    return { ...answer, body: watchedBody(answer.body, new ReadingBody(answer, compare, told)) }
  }

  #sendCopies(draft: UpstreamRequest, bytes: Uint8Array | null): void {
    const { book, config } = this.#mirror
    const { background, budget } = this.#x.tools
    const sending: Promise<void>[] = []
    for (let copy = 0; copy < this.#copies; copy += 1) {
      if (!book.begin(config.maxInFlight)) {
        this.#note('dropped-full', this.#copies - copy)
        break
      }
      sending.push(this.#sendOne(draft, bytes, copy))
    }
    const sent = Promise.all(sending)
    background('mirror', bytes === null ? sent : sent.finally(() => budget.give(bytes.byteLength)))
  }

  async #sendOne(draft: UpstreamRequest, bytes: Uint8Array | null, copy: number): Promise<void> {
    const { config } = this.#mirror
    const compared = copy === 0 && config.compare !== undefined && !this.#isStripped(draft.fields)
    const reading = await this.#answerTo(draft, bytes, compared ? config.compare : undefined)
    if (reading === 'failed') return this.#note('failed')
    const real = compared ? await this.#real.promise : null
    // A 304 stands for a body that the mirror cannot know of.
    if (real === null || reading === null || real.status === 304 || reading.status === 304) return this.#note('uncompared')
    const differences = differencesOf(real, reading, config.compare!)
    if (differences.length === 0) return this.#note('same')
    const { clock, metrics } = this.#x.tools
    const { id: route } = this.#asked.route
    this.#mirror.book.noteDifferent({ atMs: clock.wallMs(), id: this.#x.id, method: draft.method, target: draft.target }, differences)
    metrics.mirrored(route, 'different')
    for (const { kind } of differences) metrics.mirrorDiffered(route, kind)
  }

  // The reading of the answer to one copy, once it is here to its end; null where nothing is compared.
  async #answerTo(
    draft: UpstreamRequest,
    bytes: Uint8Array | null,
    compare: MirrorCompare | undefined,
  ): Promise<AnswerReading | null | 'failed'> {
    const { book, config } = this.#mirror
    const { timers, mirrorUpstream } = this.#x.tools
    const wanted = new Abort()
    const cancel = timers.after(config.timeoutMs, () => wanted.abort())
    const tools = { ...this.#x.tools, upstream: mirrorUpstream }
    const incoming = { ...this.#x.incoming, body: null }
    const behind: Exchange = { ...this.#x, incoming, reply: NOBODY, why: newWhy(this.#x.why.revision), wanted, tools }
    try {
      const pool = this.#x.snapshot.pools.get(config.pool)!
      const { answer } = await sendToPool(this.#copyOf(draft, bytes), pool, this.#asked, behind)
      let reading: AnswerReading | null = null
      const told = (whole: AnswerReading) => {
        reading = whole
      }
      await ended(compare === undefined ? answer.body : this.#read(answer, compare, told).body)
      return reading
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown
      return 'failed'
    } finally {
      cancel()
      book.end()
    }
  }

  #copyOf({ method, target, fields }: UpstreamRequest, bytes: Uint8Array | null): UpstreamRequest {
    const copy = fields.clone()
    for (const name of CONDITIONS) copy.delete(name)
    if (this.#mirror.config.credentials === 'strip') for (const name of secretsIn(fields)) copy.delete(name)
    copy.set(MIRROR_FIELD, '1')
    newSpan(copy, this.#x)
    return { method, target, fields: copy, body: bytes === null ? null : bytesBody(bytes) }
  }

  // An answer to somebody who is known is not one to somebody who is not.
  #isStripped(fields: Fields): boolean {
    return this.#mirror.config.credentials === 'strip' && secretsIn(fields).length > 0
  }

  #note(outcome: MirrorOutcome, copies = 1): void {
    this.#mirror.book.note(outcome, copies)
    this.#x.tools.metrics.mirrored(this.#asked.route.id, outcome, copies)
  }
}

function secretsIn(fields: Fields): string[] {
  const names: string[] = []
  for (const [name] of fields) if (isSecretField(name)) names.push(name.toLowerCase())
  return names
}
