// `weir purge`: lets every edge forget, and says when each of them has.

import { MAX_ORDERS } from '../../edge/contract/purge.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { Confirmation } from '../push/ack-waits.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { WAIT_SLACK_MS } from './confirmation.ts'
import { answerOf, connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { Progress } from './progress.ts'
import { counted, report } from './report.ts'
import { printable } from './table.ts'

const DEFAULT_TIMEOUT_MS = 10_000
/** How long the order itself waits: nearly always all edges have answered by then. */
const FIRST_WAIT_MS = 1_000
const LOOK_EVERY_MS = 200

/** The command `purge`. */
export const purge: Command = {
  name: 'purge',
  summary: 'let every edge forget a URL, a prefix, a tag, a route or everything',
  usage: [
    'purge URL… [--soft] [--again-after 2s] [--wait]',
    'purge --prefix URL | --tag TAG | --route ROUTE … [--soft] [--again-after 2s] [--wait]',
    'purge --all --yes [--soft] [--wait]',
  ],
  flags: {
    prefix: { value: 'URL', help: 'all that begins so; may be given several times', times: 'many' },
    tag: { value: 'TAG', help: 'all that has this label; may be given several times', times: 'many' },
    route: { value: 'ROUTE', help: 'all that this route keeps; may be given several times', times: 'many' },
    all: { value: null, help: 'everything; --yes says that it is meant' },
    yes: { value: null, help: 'it is meant' },
    soft: { value: null, help: 'make it stale instead: it is validated, and may stand in for a failing origin' },
    'again-after': { value: 'DURATION', help: 'once more after this, for origins that read replicas that lag (60s at most)' },
    reason: { value: 'TEXT', help: 'why, for the audit' },
    key: { value: 'NAME', help: 'a name of this purge: given again, nothing is purged twice' },
    wait: { value: null, help: 'wait until every edge has it in force' },
    timeout: { value: 'DURATION', help: 'how long to wait at most (10s)' },
    ...CONTROL_FLAGS,
  },
  examples: [
    'purge --tag product-7 --wait',
    'purge https://shop.example/cart --soft',
    'purge --tag prices --again-after 2s --reason "new list"',
  ],
  async run(call) {
    const purges = ordersOf(call)
    const givenMs = call.flags.durationMs('timeout')
    if (givenMs !== undefined && !call.flags.has('wait')) throw usageError('--timeout says how long --wait waits; add --wait')
    const timeoutMs = call.flags.has('wait') ? (givenMs ?? DEFAULT_TIMEOUT_MS) : 0
    const client = await connect(call)
    const body = { purges, reason: call.flags.text('reason') ?? '', key: call.flags.text('key') ?? '' }
    const waitMs = Math.min(timeoutMs, FIRST_WAIT_MS)
    const wanted = { method: 'POST', path: `/v1/purges?waitMs=${waitMs}`, body, timeoutMs: waitMs + WAIT_SLACK_MS } as const
    const taken = answerOf(await client.call<Taken>(wanted)).value
    if (timeoutMs === 0) return tellSent(call, taken)
    return tellWaited(call, { ...taken, edges: await untilAll(call, client, taken, timeoutMs) })
  },
}

/** What the API answers. */
interface Taken {
  readonly seq: number
  readonly seqs: readonly number[]
  readonly known?: boolean
  readonly edges: Confirmation
}

function ordersOf({ args, flags }: Call): object[] {
  const againAfterMs = flags.durationMs('again-after') ?? 0
  if (againAfterMs > 60_000) throw usageError('--again-after is 60s at most')
  const how = { mode: flags.has('soft') ? 'soft' : 'hard', againAfterMs }
  const orders = [
    ...args.map((url) => ({ by: 'url', url, ...how })),
    ...flags.texts('prefix').map((prefix) => ({ by: 'prefix', prefix, ...how })),
    ...flags.texts('tag').map((tag) => ({ by: 'tag', tag, ...how })),
    ...flags.texts('route').map((route) => ({ by: 'route', route, ...how })),
    ...(flags.has('all') ? [{ by: 'all', ...how }] : []),
  ]
  if (orders.length === 0) throw usageError('purge takes a URL, --prefix, --tag, --route, or --all')
  if (orders.length > MAX_ORDERS) {
    const next = 'give them in several commands, or purge by prefix, tag or route'
    throw usageError(`${MAX_ORDERS} things are purged at once at most, and these are ${orders.length}; ${next}`)
  }
  const mistaken = args.find((url) => !/^https?:\/\//.test(url))
  if (mistaken !== undefined)
    throw usageError(`a URL begins with http:// or https://, as clients ask for it; this is ${JSON.stringify(mistaken)}`)
  // The origins get all the traffic then; a slip of the hand must not do that.
  if (flags.has('all') && !flags.has('yes')) throw usageError('--all lets every edge forget everything; add --yes if that is meant')
  return orders
}

/** Looks again until all edges have it or the time is over. @returns how it stands then, counted from the order */
async function untilAll(call: Call, client: ApiClient, { seq, edges }: Taken, timeoutMs: number): Promise<Confirmation> {
  const startedMs = call.clock.monotonicMs() - edges.afterMs
  const progress = new Progress(call.terminal, edges.of)
  let stand = edges
  for (let looks = Math.ceil((timeoutMs - FIRST_WAIT_MS) / LOOK_EVERY_MS); looks > 0 && (stand.missing ?? []).length > 0; looks--) {
    progress.show(stand.acked, `edges; waiting for ${(stand.missing ?? []).join(', ')}`)
    await new Promise<void>((resolve) => call.timers.after(LOOK_EVERY_MS, resolve))
    const found = await fetchValue<{ readonly edges: readonly { readonly edgeId: string; readonly state: string }[] }>(
      client,
      `/v1/purges/${seq}`,
    )
    const acked = new Set(found.edges.filter(({ state }) => state === 'acked').map(({ edgeId }) => edgeId))
    const missing = (stand.missing ?? []).filter((edgeId) => !acked.has(edgeId))
    const came = (stand.missing ?? []).length - missing.length
    stand = { ...stand, acked: stand.acked + came, missing, afterMs: Math.round(call.clock.monotonicMs() - startedMs) }
  }
  progress.end()
  return stand
}

function tellSent(call: Call, taken: Taken): number {
  const { of } = taken.edges
  report(call, taken, [of === 0 ? nobodyText(taken) : `${takenText(taken)} on the way to ${counted(of, 'edge')}`])
  return EXIT.done
}

function tellWaited(call: Call, taken: Taken): number {
  const { acked, of, afterMs, missing = [] } = taken.edges
  const before = taken.known ? `${takenText(taken)} ` : ''
  report(call, taken, [of === 0 ? nobodyText(taken) : `${before}purged on ${acked}/${of} in ${afterMs} ms`])
  if (acked === of) return EXIT.done
  const what = 'has not said that it goes by it; it is in the log, and need not be sent again'
  for (const edgeId of missing) call.terminal.err(printable(`${edgeId} ${what}; \`weir edges\` shows its state`))
  return EXIT.refused
}

function takenText({ seqs, seq, known }: Taken): string {
  const what = seqs.length === 1 ? `purge ${seq}` : `purges ${seqs[0]} to ${seq}`
  return known ? `${what}, taken before under this key,` : what
}

// Nobody is connected; an edge that runs all the same serves on until it is.
function nobodyText(taken: Taken): string {
  return `${takenText(taken)} in the log; no edge is connected, each goes by it once it is (\`weir edges\` shows those that are away)`
}
