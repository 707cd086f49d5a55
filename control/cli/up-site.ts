// How `weir up` speaks to the control plane that it started: as an operator would, through its API.

import { join } from 'node:path'
import { ApiClient } from '../client/api-client.ts'
import { CREDENTIALS_FILE, credentialsText, storedCredentials } from '../client/credentials.ts'
import type { Control } from '../control.ts'
import type { EdgeState } from '../domain/edge-state.ts'
import { refusal } from './cli-error.ts'
import type { Call } from './command.ts'
import { readSiteFile } from './named-file.ts'
import { sendRevision } from './publish.ts'

const SERVING_WITHIN_MS = 5_000
const LOOK_EVERY_MS = 50
const OWNER_ONLY = 0o600

/**
 * A client with the admin token that the control plane was first started with. It is kept beside the state it belongs to, for later
 * runs, and put where other commands look for it. The token is empty when it is known to nobody any more.
 */
export async function ownClient(call: Call, control: Control, stateDir: string): Promise<ApiClient> {
  const keptFile = join(stateDir, 'credentials.json')
  const kept = storedCredentials(await call.files.read(keptFile))
  const credentials = { url: control.url, token: control.firstToken ?? kept?.token ?? call.env.WEIR_TOKEN ?? '' }
  if (credentials.token !== '') {
    for (const file of [keptFile, CREDENTIALS_FILE]) await call.files.writeAtomic(file, credentialsText(credentials), OWNER_ONLY)
  }
  return new ApiClient({ ...credentials, timers: call.timers })
}

/** Publishes a site file unless it says what stands already. @throws CliError when it is refused */
export async function publishIfChanged(call: Call, client: ApiClient, file: string): Promise<void> {
  const site = await readSiteFile(call, file)
  const published = await sendRevision(call, client, '/v1/publish', { site, note: `weir up --site ${file}`.slice(0, 512) }).catch(
    (cause: unknown) => {
      throw refusal(`${file} could not be published: ${(cause as Error).message}. To begin anew, remove the folder .weir`)
    },
  )
  if (!published.unchanged) call.terminal.out(`weir: ${file} is revision ${published.revision}`)
}

/** Says so when the revision that stands is not what the site file says. @returns whether it is */
export async function tellIfOther(call: Call, client: ApiClient, file: string): Promise<boolean> {
  const site = await readSiteFile(call, file)
  const answer = await client.call<{ readonly from: number; readonly changes: readonly object[] }>({
    method: 'POST',
    path: '/v1/diff',
    body: { site },
  })
  // Without an answer there is nothing to tell; what asks next will say why.
  if (!answer.ok || answer.value.changes.length === 0) return true
  call.terminal.out(`weir: revision ${answer.value.from} stands and is not what the site file says; to serve the file:`)
  call.terminal.out(`      npx weir publish ${file}`)
  return false
}

/** Waits until an edge serves the revision that stands. @returns whether it does within 5 s */
export async function untilServing(call: Call, client: ApiClient): Promise<boolean> {
  const giveUpAtMs = call.clock.monotonicMs() + SERVING_WITHIN_MS
  while (call.clock.monotonicMs() < giveUpAtMs) {
    const answer = await client.call<{ readonly revision: number; readonly edges: readonly EdgeState[] }>({
      method: 'GET',
      path: '/v1/edges',
    })
    if (!answer.ok) return false
    const { revision, edges } = answer.value
    if (edges.some(({ connection, have }) => connection.state === 'connected' && have.revision === revision)) return true
    await new Promise<void>((resolve) => call.timers.after(LOOK_EVERY_MS, resolve))
  }
  return false
}
