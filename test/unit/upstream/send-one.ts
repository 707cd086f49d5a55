import { Abort } from '../../../edge/base/abort.ts'
import type { EdgeError } from '../../../edge/base/edge-error.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import type { Body, BodySink } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { Http1Upstream } from '../../../edge/upstream/http1-upstream.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from '../../../edge/upstream/upstream.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { readBody as readAny } from '../../support/read-body.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import type { Scope } from '../../support/scope.ts'

/** A small answer. */
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A hop with deadlines that differ, so that a test sees which one struck. */
export const hopTo = (address: string, more: Partial<Hop> = {}): Hop => ({
  scheme: 'http',
  address,
  connectTimeoutMs: 1_000,
  firstByteTimeoutMs: 5_000,
  idleTimeoutMs: 7_000,
  untilHeadMs: 20_000,
  maxConnections: 4,
  maxQueued: 2,
  keepAliveMs: 4_000,
  tls: { serverName: null, verify: 'on', caFile: null },
  ...more,
})

/** A request with what a test says of it. */
export const requestOf = (more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: 'GET',
  target: '/',
  fields: Fields.of({ Host: 'shop.example' }),
  body: null,
  ...more,
})

/** An upstream under a clock that stands still. */
export function startUpstream(t: Scope, maxHops = 100) {
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const upstream = new Http1Upstream({ clock, timers: clock, files: systemFiles, metrics, maxHops })
  t.teardown(() => void upstream.close())
  const send = (hop: Hop, request: Partial<UpstreamRequest> = {}, wanted = new Abort()) => upstream.send(requestOf(request), hop, wanted)
  const get = async (hop: Hop, target = '/') => await readBody(await send(hop, { target }))
  return { clock, metrics, upstream, send, get }
}

/** What became of a body: its text, and the fault it ended with. */
export interface ReadBody {
  readonly text: string
  readonly fault: EdgeError | null
}

/** Reads the body of an answer to its end or fault. */
export function readBody(answer: UpstreamAnswer): Promise<ReadBody> {
  return readAny(answer.body) as Promise<ReadBody>
}

/** A request body under the hand of the test. */
export class HandBody implements Body {
  readonly lengthBytes: number | null
  readonly asked: string[] = []
  sink: BodySink | null = null

  constructor(lengthBytes: number | null) {
    this.lengthBytes = lengthBytes
  }

  open(sink: BodySink) {
    this.sink = sink
    return { pause: () => this.asked.push('pause'), resume: () => this.asked.push('resume'), cancel: () => this.asked.push('cancel') }
  }
}
