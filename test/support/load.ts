import { connect, type Socket } from 'node:net'

/** One request of a load: gives the status it was answered with, throws when there was no whole answer. */
export type SendOne = (index: number) => Promise<number>

/** What came of a load. */
export interface LoadReport {
  readonly sent: number
  /** Answers per status. */
  readonly statuses: Readonly<Record<number, number>>
  /** One sentence per request without an answer. */
  readonly failures: readonly string[]
  /** Of every answered request, shortest first. */
  readonly latenciesMs: readonly number[]
}

/** Sends `total` requests, at most `inFlight` at a time; never throws for a failed one. */
export async function runLoad(send: SendOne, options: { readonly total: number; readonly inFlight: number }): Promise<LoadReport> {
  return drive(send, options.inFlight, (sent) => sent < options.total)
}

/**
 * Keeps `inFlight` requests going for as long as `work` runs, then lets the last ones finish.
 * @throws what `work` throws, after the load has ended
 */
export async function runWhile(work: Promise<unknown>, send: SendOne, inFlight: number): Promise<LoadReport> {
  let isOver = false
  const watched = work.finally(() => {
    isOver = true
  })
  // Its fault is thrown below; until then it must not count as unhandled.
  watched.catch(() => undefined)
  const report = await drive(send, inFlight, () => !isOver)
  await watched
  return report
}

/** The latency that `quantile` (0..1) of the answered requests stayed within, in ms; 0 when none was answered. */
export function latencyMs(report: LoadReport, quantile: number): number {
  const place = Math.ceil(report.latenciesMs.length * quantile) - 1
  return report.latenciesMs[Math.max(0, place)] ?? 0
}

async function drive(send: SendOne, inFlight: number, goesOn: (sent: number) => boolean): Promise<LoadReport> {
  const statuses: Record<number, number> = {}
  const failures: string[] = []
  const latenciesMs: number[] = []
  let sent = 0
  const lane = async () => {
    while (goesOn(sent)) {
      const startedAtMs = performance.now()
      try {
        const status = await send(sent++)
        statuses[status] = (statuses[status] ?? 0) + 1
        latenciesMs.push(performance.now() - startedAtMs)
      } catch (cause) {
        failures.push(cause instanceof Error ? cause.message : String(cause))
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return { sent, statuses, failures, latenciesMs: latenciesMs.sort((a, b) => a - b) }
}

/** Requests on a few kept connections, each with several under way. */
export interface PipelinedLoad {
  readonly port: number
  readonly total: number
  /** The head of a request, whole. Its answer must not have `HTTP/1.1 ` in its body. */
  readonly headOf: (index: number) => string
  readonly connections?: number
  /** Requests under way on one connection. */
  readonly depth?: number
}

/**
 * Sends requests without a body as fast as they are answered; for filling caches, since it reads no more of an answer than its status.
 * @returns how many were answered with 2xx
 * @throws Error when a connection breaks before its last answer
 */
export async function runPipelined({ port, total, headOf, connections = 16, depth = 32 }: PipelinedLoad): Promise<number> {
  let next = 0
  const take = (atMost: number): readonly string[] => {
    const first = next
    next = Math.min(total, next + atMost)
    return Array.from({ length: next - first }, (_, i) => headOf(first + i))
  }
  const lanes = Array.from({ length: connections }, () => pipelinedLane(connect({ port, host: '127.0.0.1' }), () => take(depth)))
  return (await Promise.all(lanes)).reduce((sum, good) => sum + good, 0)
}

const STATUS = /HTTP\/1\.1 (.)/g
/** One less than a match is long: so much may be the beginning of one. */
const CARRIED = 9

function pipelinedLane(socket: Socket, take: () => readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let good = 0
    let awaited = 0
    let carried = ''
    const send = () => {
      const heads = take()
      awaited = heads.length
      if (awaited > 0) socket.write(heads.join(''))
      else socket.end()
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => (awaited > 0 ? reject(new Error(`a connection was closed with ${awaited} answers to come`)) : resolve(good)))
    socket.on('data', (chunk: string) => {
      const text = carried + chunk
      carried = text.slice(-CARRIED)
      for (const [, digit] of text.matchAll(STATUS)) {
        awaited -= 1
        if (digit === '2') good += 1
      }
      if (awaited === 0) send()
    })
  })
}
