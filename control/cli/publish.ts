// `weir publish FILE`: checked here, checked again by the control plane, and told when the edges serve it.

import type { ApiClient } from '../client/api-client.ts'
import type { Confirmation } from '../push/ack-waits.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { confirmationText, DEFAULT_WAIT_MS, edgeProblemLines, WAIT_FLAG, WAIT_SLACK_MS } from './confirmation.ts'
import { answerOf, connect } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { readSiteFile } from './named-file.ts'
import { report } from './report.ts'
import { printable } from './table.ts'

/** What the API answers to publish and rollback. */
export interface Published {
  readonly revision: number
  readonly digest: string
  readonly unchanged?: boolean
  readonly edges?: Confirmation
}

/** The command `publish`. */
export const publish: Command = {
  name: 'publish',
  summary: 'publish a site file as the next revision',
  usage: ['publish FILE [--note TEXT] [--wait 5s]'],
  flags: { note: { value: 'TEXT', help: 'why, for who reads the revisions' }, ...WAIT_FLAG, ...CONTROL_FLAGS },
  examples: ['publish site.yaml --note "cart has its own limit"'],
  async run(call) {
    const [file, ...more] = call.args
    if (file === undefined || more.length > 0) throw usageError('publish takes one file: weir publish FILE')
    const site = await readSiteFile(call, file)
    const client = await connect(call)
    const body = { site, note: call.flags.text('note') ?? '' }
    return tellPublished(call, await sendRevision(call, client, '/v1/publish', body))
  },
}

/** Sends what becomes the next revision, on the condition that nobody publishes meanwhile. @throws CliError when it is refused */
export async function sendRevision(call: Call, client: ApiClient, path: string, body: object): Promise<Published> {
  const waitMs = call.flags.durationMs('wait') ?? DEFAULT_WAIT_MS
  const ifMatch = await standingTag(client)
  const wanted = { method: 'POST', path: `${path}?waitMs=${waitMs}`, ifMatch, body, timeoutMs: waitMs + WAIT_SLACK_MS } as const
  return answerOf(await client.call<Published>(wanted)).value
}

/** Says what came of it. @returns the exit code: refused as soon as one edge refuses */
export function tellPublished(call: Call, published: Published): number {
  const { revision, unchanged, edges } = published
  if (unchanged || !edges) {
    report(call, published, [`revision ${revision} stands already and says the same; nothing was published`])
    return EXIT.done
  }
  report(call, published, [`revision ${revision} ${confirmationText(edges, 'serving')}`])
  for (const line of edgeProblemLines(edges)) call.terminal.err(printable(line))
  return edges.nacked > 0 ? EXIT.refused : EXIT.done
}

/** The entity tag of the revision that stands; `"r0"` before the first. */
async function standingTag(client: ApiClient): Promise<string> {
  const site = await client.call({ method: 'GET', path: '/v1/site' })
  if (!site.ok && site.status === 404) return '"r0"'
  return answerOf(site).etag ?? '"r0"'
}
