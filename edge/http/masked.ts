// Secrets in what is kept of a request: values of fields and query parameters whose name says that they open a door. Names alone are
// looked at, so a secret under an innocent name, or within a path, is not seen.

import { MASK } from '../contract/recording.ts'

/** Fields whose value is a secret by its nature, or by use. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'cookie2', 'set-cookie2'],
  ...['x-api-key', 'api-key', 'apikey', 'x-auth-token', 'x-access-token', 'x-csrf-token', 'x-xsrf-token', 'x-amz-security-token'],
])
/** Fields whose value is a URL that may have a query. */
const URL_FIELDS: ReadonlySet<string> = new Set(['referer', 'location', 'content-location', 'link', 'refresh'])
/** Words that make the name of a field, a parameter or a member that of a secret, wherever they stand in it. */
const SECRET_WORDS = /token|secret|passw|passwd|pwd|credential|signature|apikey|api[-_]key|session|auth(?!or)|jwt|otp/i
/** Short names that are secrets as a whole. */
const SECRET_NAMES: ReadonlySet<string> = new Set(['key', 'code', 'sig', 'sid', 'pin', 'pass', 'ticket', 'assertion'])

/** Whether a field's value is a secret. @param more names to be masked too, in lower case */
export function isSecretField(name: string, more: ReadonlySet<string> = NONE): boolean {
  const lower = name.toLowerCase()
  return SECRET_FIELDS.has(lower) || more.has(lower) || SECRET_WORDS.test(lower)
}

/** Whether the value of a query parameter, or of a member of a body, is a secret. */
export function isSecretName(name: string, more: ReadonlySet<string> = NONE): boolean {
  const lower = decodedName(name).toLowerCase()
  return SECRET_NAMES.has(lower) || more.has(lower) || SECRET_WORDS.test(lower)
}

/** A query, or a form, with the values of secrets masked; text that is no pair stays as it is. */
export function maskedQuery(query: string, more: ReadonlySet<string> = NONE): string {
  return query.replace(/([^&;=?#]+)=([^&;#]*)/g, (pair, name: string) => (isSecretName(name, more) ? `${name}=${MASK}` : pair))
}

/** Path and query, or a whole URL, with secrets of its query masked, and those before an @. */
export function maskedTarget(target: string, more: ReadonlySet<string> = NONE): string {
  const bare = target.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${MASK}@`)
  const at = bare.search(/[?#]/)
  return at < 0 ? bare : bare.slice(0, at + 1) + maskedQuery(bare.slice(at + 1), more)
}

/** The value of a field as it may be kept. */
export function maskedField(name: string, value: string, more: ReadonlySet<string> = NONE): string {
  if (isSecretField(name, more)) return MASK
  return URL_FIELDS.has(name.toLowerCase()) ? maskedTarget(value, more) : value
}

const NONE: ReadonlySet<string> = new Set()

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).trim()
  } catch {
    return name
  }
}
