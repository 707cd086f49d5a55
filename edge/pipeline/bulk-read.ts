// One bulk request for the items of several reads, and its answer, split. To the stages behind, each part is as if it had been fetched
// alone: with the times, the purges and the labels of the bulk answer.
//
// Invariant: every read is given its part or null, whatever happens. The request ends when nobody waits any more, or at its deadline.

import { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import { varyNamesOf } from '../cache/variant.ts'
import type { BatchPlan, PoolPlan } from '../config/snapshot.ts'
import { IDS_MARK } from '../contract/batch.ts'
import { bytesBody, discard } from '../http/body.ts'
import { parseCacheControl } from '../http/cache-control.ts'
import { Fields } from '../http/fields.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { CopiedBody } from '../mirror/copied-body.ts'
import { splitItems } from '../resilience/split-json.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import type { BatchedRead } from './batched-read.ts'
import type { Asked, Exchange } from './exchange.ts'
import { newSpan } from './forward-fields.ts'
import { heldBody } from './held-body.ts'
import { NOBODY } from './nobody.ts'
import { type Fetched, sendToPool } from './send-to-pool.ts'
import { newWhy } from './why.ts'

/** What a bulk request says of us, and of the way to us, as its first read does. What names a client is left out: it is of several. */
const OURS: readonly string[] = [
  ...['via', 'cdn-loop', 'x-forwarded-proto', 'x-forwarded-host', 'surrogate-capability'],
  ...['x-request-id', 'traceparent', 'tracestate'],
]
/** Fields of an answer that are about its bytes or its target, and so true of no part of it. */
const OF_THE_WHOLE: readonly string[] = [
  ...['etag', 'last-modified', 'content-length', 'content-md5', 'digest', 'content-digest', 'repr-digest', 'accept-ranges'],
  ...['content-encoding', 'content-location', 'content-range', 'content-disposition', 'signature', 'signature-input', 'link'],
]
/** JSON, also by a name that says more (RFC 6839 §3.1). */
const JSON_TYPE = /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json[ \t]*(?:;|$)/i

/** What a bulk request is made of. */
export interface BulkTerms {
  /** What its reads were collected by. */
  readonly key: string
  /** The request of its first read. */
  readonly draft: UpstreamRequest
  readonly batch: BatchPlan
  readonly pool: PoolPlan
}

type Outcome = 'split' | 'partial' | 'refused' | 'failed' | 'gone' | 'alone'

/** A bulk request for the items of several reads. */
export class BulkRead {
  readonly #reads: readonly BatchedRead[]
  readonly #terms: BulkTerms
  readonly #asked: Asked
  readonly #x: Exchange
  readonly #wanted = new Abort()
  /** Every item once, encoded and decoded. */
  readonly #items: ReadonlyMap<string, string>

  /** @param asked by the first read */
  constructor(reads: readonly BatchedRead[], terms: BulkTerms, asked: Asked, x: Exchange) {
    this.#reads = reads
    this.#terms = terms
    this.#asked = asked
    this.#items = new Map(reads.map(({ id, name }) => [id, name]))
    this.#x = { ...x, incoming: { ...x.incoming, body: null }, reply: NOBODY, why: newWhy(x.why.revision), wanted: this.#wanted }
  }

  /** Asks, and gives every read its part or null. @throws only what is a bug */
  async run(): Promise<void> {
    const { tools } = this.#x
    const cancel = tools.timers.after(this.#terms.batch.config.timeoutMs, () => this.#wanted.abort())
    let outcome: Outcome = 'failed'
    let given = 0
    try {
      for (const read of this.#reads) read.onLeft = () => this.#endUnwanted()
      const parts = this.#items.size < 2 ? 'alone' : await this.#ask()
      outcome = typeof parts === 'string' ? parts : this.#outcomeOf(parts)
      if (typeof parts !== 'string') given = this.#giveParts(parts)
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown
    } finally {
      cancel()
      this.#end(outcome, given)
    }
  }

  #end(outcome: Outcome, given: number): void {
    const { batches, metrics } = this.#x.tools
    const inVain = outcome === 'refused' || outcome === 'failed'
    const unwanted = inVain && this.#reads.every(({ left }) => left)
    // Else each item would be asked for twice, again and again.
    if (inVain && !unwanted) batches.rest(this.#terms.key)
    metrics.batched(this.#asked.route.id, unwanted ? 'gone' : outcome, given)
    for (const read of this.#reads) read.give(null)
  }

  async #ask(): Promise<Parts | 'refused'> {
    const { pool, batch } = this.#terms
    const fetched = await sendToPool(this.#request(), pool, this.#asked, this.#x)
    if (!isSplittable(fetched.answer, batch)) {
      discard(fetched.answer.body)
      return 'refused'
    }
    const text = await this.#textOf(fetched.answer)
    const texts = text === null ? null : splitItems(text, new Set(this.#items.values()), batch.config)
    return texts === null ? 'refused' : { fetched, fields: partFields(fetched.answer.fields), texts }
  }

  #request(): UpstreamRequest {
    const { draft, batch } = this.#terms
    const fields = Fields.of({ 'Accept-Encoding': 'identity' })
    for (const name of [...batch.fields, ...OURS]) for (const value of draft.fields.getAll(name)) fields.append(name, value)
    newSpan(fields, this.#x)
    const target = batch.config.target.replace(IDS_MARK, () => [...this.#items.keys()].join(','))
    return { method: 'GET', target, fields, body: null }
  }

  // null for a body that is too long, is cut, is no UTF-8, or has no room here.
  async #textOf({ body }: UpstreamAnswer): Promise<string | null> {
    const { budget } = this.#x.tools
    const bytes = await new Promise<Uint8Array | null>((resolve) => {
      const copied = new CopiedBody(this.#terms.batch.config.maxBytes, budget, (copy) => {
        resolve(copy.kind === 'whole' ? copy.bytes : null)
        if (copy.kind !== 'whole') this.#wanted.abort()
      })
      body.open({
        write(chunk) {
          copied.chunk(chunk)
          return true
        },
        end: () => copied.end(),
        fail: () => copied.cut(),
      })
    })
    if (bytes === null) return null
    budget.give(bytes.byteLength)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      // JSON between systems is UTF-8 (RFC 8259 §8.1).
      return null
    }
  }

  #outcomeOf({ texts }: Parts): Outcome {
    return texts.size === this.#items.size ? 'split' : 'partial'
  }

  #giveParts(parts: Parts): number {
    const { budget } = this.#x.tools
    const { peer, tries } = this.#x.why
    let given = 0
    for (const read of this.#reads) {
      const text = parts.texts.get(read.name)
      if (text === undefined || read.left) continue
      const body = heldBody(bytesBody(Buffer.from(text)), budget)
      const fetched = { ...parts.fetched, answer: { status: 200, fields: parts.fields.clone(), body }, outliveClient: () => {} }
      read.give({ fetched, peer, tries, items: this.#items.size })
      given += 1
    }
    return given
  }

  #endUnwanted(): void {
    if (this.#reads.every(({ left }) => left)) this.#wanted.abort()
  }
}

interface Parts {
  readonly fetched: Fetched
  /** Of each part. */
  readonly fields: Fields
  /** By item, decoded. */
  readonly texts: ReadonlyMap<string, string>
}

// What is for one client, or varies by what the bulk request did not have, is for nobody else.
function isSplittable({ status, fields }: UpstreamAnswer, { fields: carried, config }: BatchPlan): boolean {
  if (status !== 200 || !JSON_TYPE.test(fields.get('content-type') ?? '') || fields.has('set-cookie')) return false
  if (Number(fields.get('content-length') ?? 0) > config.maxBytes) return false
  if ((fields.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') return false
  if (parseCacheControl(fields.getAll('cache-control')).private !== false) return false
  return varyNamesOf(fields)?.every((name) => name === 'accept-encoding' || carried.includes(name)) === true
}

function partFields(whole: Fields): Fields {
  const fields = withoutHopByHop(whole)
  for (const name of OF_THE_WHOLE) fields.delete(name)
  fields.set('Content-Type', 'application/json')
  return fields
}
