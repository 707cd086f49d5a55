// Answers kept by the name that a sender gave its request (Idempotency-Key), so that who asks again, because the first answer got lost
// on its way, gets that answer and has nothing done twice. draft-ietf-httpapi-idempotency-key-header.
//
// Kept in node-cache: it counts the keys, ends each after its time, and says so. Bounded in keys and bytes; when full, a request is
// served as if it had no name, which is safe for what is safe to repeat.

import NodeCache from 'node-cache'

/** The bounds of what is kept. */
export interface KeptAnswersOptions {
  /** How long an answer is kept, whole seconds. */
  readonly keepS: number
  readonly maxKeys: number
  /** Of all answers as JSON. */
  readonly maxBytes: number
}

/** An answer: made now, or the one that was made before; or none, since the name stands for another request. */
export type KeptAnswer<T> = { readonly kind: 'made' | 'repeated'; readonly answer: T } | { readonly kind: 'other-request' }

interface Kept<T> {
  /** Of the request. */
  readonly digest: string
  readonly answer: Promise<T>
  bytes: number
}

/** How often node-cache looks for what is over; its timer does not keep a process alive. */
const CHECK_EVERY_S = 60

/** Answers by name. */
export class KeptAnswers<T> {
  readonly #cache: NodeCache
  readonly #options: KeptAnswersOptions
  #bytes = 0

  constructor(options: KeptAnswersOptions) {
    this.#options = options
    // useClones: a promise cannot be copied, and nobody changes an answer.
    this.#cache = new NodeCache({ stdTTL: options.keepS, checkperiod: CHECK_EVERY_S, maxKeys: options.maxKeys, useClones: false })
    this.#cache.on('del', (_name: string, kept: Kept<T>) => {
      this.#bytes -= kept.bytes
    })
  }

  /** Bytes of the answers kept. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * The answer of the first request of this name; one that is still being made is waited for.
   * @param digest of the request, by which it is told from another of the same name
   * @throws what `make` throws; then nothing is kept, and the name may be used again
   */
  async once(name: string, digest: string, make: () => Promise<T>): Promise<KeptAnswer<T>> {
    const known = this.#cache.get<Kept<T>>(name)
    if (known) return known.digest === digest ? { kind: 'repeated', answer: await known.answer } : { kind: 'other-request' }
    const kept: Kept<T> = { digest, answer: make(), bytes: 0 }
    const isKept = this.#keep(name, kept)
    try {
      const answer = await kept.answer
      if (isKept) this.#weigh(name, kept, answer)
      return { kind: 'made', answer }
    } catch (cause) {
      if (isKept) this.#cache.del(name)
      throw cause
    }
  }

  /** Lets go of everything. */
  close(): void {
    this.#cache.close()
    this.#cache.flushAll()
    this.#bytes = 0
  }

  #keep(name: string, kept: Kept<T>): boolean {
    if (this.#bytes >= this.#options.maxBytes) return false
    try {
      return this.#cache.set(name, kept)
    } catch {
      return false // ECACHEFULL, the only fault of it.
    }
  }

  #weigh(name: string, kept: Kept<T>, answer: T): void {
    // Its time may have been over before it was made.
    if (this.#cache.get<Kept<T>>(name) !== kept) return
    kept.bytes = Buffer.byteLength(JSON.stringify(answer))
    this.#bytes += kept.bytes
  }
}
