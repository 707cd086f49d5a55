import type { Abort } from '../../edge/base/abort.ts'
import { EdgeError } from '../../edge/base/edge-error.ts'
import type { Timers } from '../../edge/base/ports.ts'
import type { ErrorCode } from '../../edge/contract/errors.ts'
import { Fields } from '../../edge/http/fields.ts'
import type { Hop, Upstream, UpstreamAnswer, UpstreamRequest } from '../../edge/upstream/upstream.ts'
import { ScriptedBody } from './scripted-body.ts'

/** What a peer does with a request. */
export type PeerDoes =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string | readonly string[]>>
      readonly body?: string | ScriptedBody
      /** `read` takes the whole request body before it answers. */
      readonly request?: 'ignored' | 'read'
    }
  /** @param request `read` opens the body first, as a peer does that had begun to take it */
  | { readonly fault: ErrorCode; readonly request?: 'ignored' | 'read' }
  | { readonly throws: unknown }
  /** Says nothing until it is given up. */
  | 'silence'

/** A request as a peer got it. */
export interface SentRequest {
  readonly method: string
  readonly target: string
  readonly fields: Fields
  readonly hop: Hop
  /** What came of its body, when it was read. */
  body: string
}

/** An upstream that does as it is told, keeps its deadline and the client's abort as the real one does, and remembers all. */
export class ScriptedUpstream implements Upstream {
  readonly sent: SentRequest[] = []
  /** Bodies of all answers given. */
  readonly bodies: ScriptedBody[] = []
  /** What the next requests meet, in turn; the last one stays. */
  readonly script: (PeerDoes | ((request: SentRequest) => PeerDoes))[] = [{}]
  closed = false
  readonly #timers: Timers

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Sets what the next requests meet. */
  will(...script: (PeerDoes | ((request: SentRequest) => PeerDoes))[]): void {
    this.script.splice(0, this.script.length, ...script)
  }

  async send(request: UpstreamRequest, hop: Hop, wanted: Abort): Promise<UpstreamAnswer> {
    if (wanted.aborted) throw new EdgeError('CLIENT_GONE')
    const sent: SentRequest = { method: request.method, target: request.target, fields: request.fields.clone(), hop, body: '' }
    this.sent.push(sent)
    const next = this.script.length > 1 ? this.script.shift()! : this.script[0]!
    const does = typeof next === 'function' ? next(sent) : next
    if (does === 'silence') return this.#givenUp(hop, wanted)
    if ('throws' in does) throw does.throws
    if (does.request === 'read') await readInto(sent, request)
    if ('fault' in does) throw new EdgeError(does.fault, { peer: hop.address })
    return this.#answer(does, wanted)
  }

  async close(): Promise<void> {
    this.closed = true
  }

  #answer(does: Exclude<PeerDoes, string | { throws: unknown } | { fault: ErrorCode }>, wanted: Abort): UpstreamAnswer {
    const body = does.body instanceof ScriptedBody ? does.body : ScriptedBody.of(does.body ?? '')
    this.bodies.push(body)
    wanted.on(() => body.fail(new EdgeError('CLIENT_GONE')))
    return { status: does.status ?? 200, fields: Fields.of(does.headers ?? {}), body }
  }

  #givenUp(hop: Hop, wanted: Abort): Promise<never> {
    return new Promise((_, reject) => {
      this.#timers.after(hop.untilHeadMs, () => reject(new EdgeError('UPSTREAM_TIMEOUT', { peer: hop.address })))
      wanted.on(() => reject(new EdgeError('CLIENT_GONE')))
    })
  }
}

function readInto(sent: SentRequest, request: UpstreamRequest): Promise<void> {
  if (request.body === null) return Promise.resolve()
  return new Promise((resolve, reject) => {
    request.body!.open({
      write(chunk) {
        sent.body += Buffer.from(chunk).toString()
        return true
      },
      end: resolve,
      fail: reject,
    })
  })
}
