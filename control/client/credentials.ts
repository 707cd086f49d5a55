// Where the control plane is and who asks: flags first, then the environment, then what `weir up` left behind.

import { isMapValue } from '../../edge/contract/shape.ts'

/** Where `weir up` leaves the address of its control plane and a token, readable by its user only. */
export const CREDENTIALS_FILE = '.weir/credentials.json'
const DEFAULT_URL = 'http://127.0.0.1:9900'

/** Where the control plane is and who asks. */
export interface Credentials {
  readonly url: string
  /** Empty when none is known: the API will say that one is missing. */
  readonly token: string
}

/** The places that may name them. */
export interface CredentialSources {
  readonly flags: { readonly control?: string | undefined; readonly token?: string | undefined }
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of the credentials file, or null when there is none. */
  readonly stored: string | null
}

/**
 * Takes address and token from the first place that names them. The stored token goes only to the address it was stored with:
 * `--control` alone never sends it to another machine.
 */
export function credentialsFrom({ flags, env, stored }: CredentialSources): Credentials {
  const kept = storedCredentials(stored)
  const url = flags.control ?? env.WEIR_CONTROL ?? kept?.url ?? DEFAULT_URL
  const named = flags.token ?? env.WEIR_TOKEN
  return { url, token: named ?? (kept && sameOrigin(kept.url, url) ? kept.token : '') }
}

/** The text of a credentials file. */
export function credentialsText(credentials: Credentials): string {
  return `${JSON.stringify(credentials, null, 2)}\n`
}

/** What a credentials file says, or null when there is none or it cannot be read. */
export function storedCredentials(text: string | null): Credentials | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    if (isMapValue(value) && typeof value.url === 'string' && typeof value.token === 'string') return { url: value.url, token: value.token }
  } catch {
    return null // Half a file is as good as none; the API will say that a token is missing.
  }
  return null
}

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin
}
