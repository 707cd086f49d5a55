import { usageError } from './cli-error.ts'

/** Where the admin port of an edge is, unless the user says otherwise. */
export const DEFAULT_ADMIN = 'http://127.0.0.1:9901'

/** The admin port that `--edge` names. @throws CliError when it names none */
export function adminUrl(text: string | undefined): URL {
  const url = text ?? DEFAULT_ADMIN
  if (!/^http:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw usageError(`--edge must be a URL such as ${DEFAULT_ADMIN}; it is ${JSON.stringify(url)}`)
  return new URL(url)
}
