// Asks one peer whether it is well: over the same connections and the same strict reader as requests, each check on a connection of its
// own (a peer that takes no new ones is not well). A peer may refuse, lie, trickle or hang: the whole check has one deadline, its head
// the bounds of any answer, and of its body no more than MAX_BODY_BYTES are read.

import { Abort } from '../base/abort.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import { asEdgeError, type EdgeError } from '../base/edge-error.ts'
import type { Metrics, Ports } from '../base/ports.ts'
import { type CheckOutcome, type CheckResult, type CheckTarget, MAX_CAUSE, type Prober } from '../health/prober.ts'
import { isExpected } from '../health/status-ranges.ts'
import type { Body, BodyFlow } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { Http1Upstream } from '../upstream/http1-upstream.ts'
import { openPeerSocket, type PeerPlace } from '../upstream/peer-socket.ts'
import { PeerTls } from '../upstream/peer-tls.ts'
import type { Hop, HopTls, UpstreamAnswer } from '../upstream/upstream.ts'

const MAX_BODY_BYTES = 64 * 1024
/** Ways to speak TLS that are kept ready: reading who is trusted costs more than a check. */
const MAX_TLS = 256
const PASSED: CheckResult = { outcome: 'passed', cause: '' }

/** Checks are no traffic: their connections are not counted among those of requests. */
const UNCOUNTED: Metrics = {
  counter: () => ({ add() {} }),
  gauge: () => ({ set() {}, add() {} }),
  histogram: () => ({ observe() {} }),
}

/** Asks peers over HTTP or TCP. */
export class HealthProber implements Prober {
  readonly #ports: Pick<Ports, 'clock' | 'timers' | 'files'>
  readonly #upstream: Http1Upstream
  readonly #tls = new BoundedMap<string, PeerTls>({ max: MAX_TLS, whenFull: 'evict-oldest' })

  constructor(ports: Pick<Ports, 'clock' | 'timers' | 'files'>) {
    this.#ports = ports
    this.#upstream = new Http1Upstream({ ...ports, metrics: UNCOUNTED })
  }

  async probe(target: CheckTarget): Promise<CheckResult> {
    const late = new Abort()
    const cancel = this.#ports.timers.after(target.check.timeoutMs, () => late.abort())
    try {
      return await (target.check.kind === 'tcp' ? this.#connect(target, late) : this.#ask(target, late))
    } catch (thrown) {
      return failed(asEdgeError(thrown))
    } finally {
      cancel()
    }
  }

  async #ask(target: CheckTarget, late: Abort): Promise<CheckResult> {
    const { check } = target
    const fields = Fields.adopt(['Host', hostOf(target), 'User-Agent', 'weir-health-check', 'Accept', '*/*'])
    const request = { method: check.method, target: check.path, fields, body: null }
    const answer = await this.#upstream.send(request, hopOf(target), late)
    const begun = await readBegin(answer.body)
    return judge(answer, begun, target)
  }

  async #connect(target: CheckTarget, late: Abort): Promise<CheckResult> {
    const place: PeerPlace = { address: target.address, secure: target.scheme === 'https' ? await this.#secure(target) : null }
    if (late.aborted) return { outcome: 'timeout', cause: 'no connection in time' }
    return new Promise((resolve) => {
      const socket = openPeerSocket(place, () => {})
      const over = (result: CheckResult) => {
        unheed()
        socket.destroy()
        resolve(result)
      }
      const unheed = late.on(() => over({ outcome: 'timeout', cause: 'no connection in time' }))
      socket.once(place.secure === null ? 'connect' : 'secureConnect', () => over(PASSED))
      socket.on('error', (cause) => over({ outcome: 'connect', cause: cause.message.slice(0, MAX_CAUSE) }))
      socket.once('close', () => over({ outcome: 'connect', cause: 'the peer closed the connection' }))
    })
  }

  async #secure(target: CheckTarget): Promise<PeerPlace['secure']> {
    const terms = tlsOf(target)
    const key = JSON.stringify(terms)
    const tls = this.#tls.get(key) ?? new PeerTls(terms, this.#ports.files)
    this.#tls.set(key, tls)
    return { tls, name: tls.nameFor(hostOf(target), target.address), context: await tls.context() }
  }
}

function hopOf(target: CheckTarget): Hop {
  const { timeoutMs } = target.check
  const times = { connectTimeoutMs: timeoutMs, firstByteTimeoutMs: timeoutMs, idleTimeoutMs: timeoutMs, untilHeadMs: timeoutMs }
  const { address, scheme } = target
  // As many as there may be checks: two pools may name the same address.
  return { scheme, address, ...times, maxConnections: 1_000, maxQueued: 0, keepAliveMs: 0, tls: tlsOf(target) }
}

function tlsOf({ tls }: CheckTarget): HopTls {
  return { serverName: tls.serverName ?? null, verify: tls.verify, caFile: tls.caFile ?? null }
}

function hostOf({ check, address }: CheckTarget): string {
  return check.host ?? (address.startsWith('unix:') ? 'localhost' : address)
}

/** What was read of a body: its begin, and how that ended. */
type Begun = { readonly bytes: Buffer } | { readonly fault: EdgeError }

// To its end where it is short, so that a peer does not see each check as a client that broke off.
function readBegin(body: Body): Promise<Begun> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    let flow: BodyFlow | null = null
    const enough = () => bytes >= MAX_BODY_BYTES
    const done = () => resolve({ bytes: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES) })
    flow = body.open({
      write(chunk) {
        chunks.push(chunk)
        bytes += chunk.byteLength
        if (!enough()) return true
        flow?.cancel()
        done()
        return false
      },
      end: done,
      fail: (thrown) => resolve({ fault: asEdgeError(thrown) }),
    })
    if (enough()) flow.cancel()
  })
}

function judge({ status }: UpstreamAnswer, begun: Begun, { check }: CheckTarget): CheckResult {
  if (!isExpected(status, check.statuses)) return { outcome: 'status', cause: `it answered ${status}` }
  if ('fault' in begun) return failed(begun.fault)
  if (check.body === undefined || check.method === 'HEAD' || begun.bytes.includes(check.body)) return PASSED
  return { outcome: 'body', cause: `its body of ${begun.bytes.byteLength} bytes does not contain what it must` }
}

const OUTCOMES: Readonly<Record<string, CheckOutcome>> = {
  UPSTREAM_CONNECT: 'connect',
  UPSTREAM_CONNECT_TIMEOUT: 'timeout',
  UPSTREAM_TIMEOUT: 'timeout',
  // The deadline of the whole check is what a client that leaves is for a request.
  CLIENT_GONE: 'timeout',
}

function failed(fault: EdgeError): CheckResult {
  const outcome = OUTCOMES[fault.code] ?? 'broken'
  const cause = fault.code === 'CLIENT_GONE' ? 'no whole answer in time' : String(fault.detail.reason ?? fault.message)
  return { outcome, cause: cause.slice(0, MAX_CAUSE) }
}
