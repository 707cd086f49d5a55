// From a command to the control plane: whom it asks, and what becomes of a refusal.

import { type ApiAnswer, ApiClient, type ApiResult } from '../client/api-client.ts'
import { CREDENTIALS_FILE, credentialsFrom } from '../client/credentials.ts'
import { CliError, EXIT, usageError } from './cli-error.ts'
import type { Call } from './command.ts'

/** The client of the control plane that flags, environment or the credentials file name. @throws CliError when that is no URL */
export async function connect(call: Call): Promise<ApiClient> {
  const stored = await call.files.read(CREDENTIALS_FILE).catch(() => null) // Unreadable is as good as absent: flags may name all.
  const flags = { control: call.flags.text('control'), token: call.flags.text('token') }
  const { url, token } = credentialsFrom({ flags, env: call.env, stored })
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw usageError(`the control plane must be a URL such as http://127.0.0.1:9900; it is ${url}`)
  return new ApiClient({ url, token, timers: call.timers })
}

/** The answer of a call. @throws CliError when there is none */
export function answerOf<T>(result: ApiResult<T>): ApiAnswer<T> {
  if (result.ok) return result
  throw new CliError(result.kind === 'unreachable' ? EXIT.unreachable : EXIT.refused, result.sentence, result.problems)
}

/** The value that a GET of this path gives. @throws CliError when there is none */
export async function fetchValue<T>(client: ApiClient, path: string): Promise<T> {
  return answerOf(await client.call<T>({ method: 'GET', path })).value
}
