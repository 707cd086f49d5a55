import { formatAuthority, parseAuthority } from './host.ts'
import { byteFaults, pathState, rewritePath, type TargetFault, type TargetRules } from './target-path.ts'

export type { TargetFault, TargetRules }

/** A target in one spelling. */
export type Target = {
  readonly ok: true
  /** Starts with `/`; `*` in asterisk-form, empty in authority-form. */
  readonly path: string
  /** As it came, without the `?`; null when there is no `?`. */
  readonly query: string | null
  /** RFC 9112 §3.2. Which methods may use which form is the caller's rule. */
  readonly form: 'origin' | 'absolute' | 'asterisk' | 'authority'
  /** `host[:port]` in absolute- and authority-form. */
  readonly authority?: string
  /** In absolute-form. */
  readonly scheme?: 'http' | 'https'
}

/** What came of reading a target. */
export type TargetResult = Target | { readonly ok: false; readonly reason: TargetFault }

const ASTERISK: Target = { ok: true, path: '*', query: null, form: 'asterisk' }
const ABSOLUTE = /^(https?):\/\/([^/?]*)/i

/**
 * The one spelling of a request target, made once, before matching, keys and forwarding see it: whoever reads differently is attacked there.
 *
 * In the path, percent triplets of unreserved characters are decoded and the others upper-cased (RFC 3986 §6.2.2), slashes merged by rule, then
 * dot segments removed, those written `%2E` too (§5.2.4, where `..` above the root stays at the root). Nothing is decoded twice.
 * The query belongs to the application: it is passed as it came, so a lone `%` or a backslash there, which browsers do send, is no fault.
 * Characters such as `|` or `[` that RFC 3986 wants encoded are taken as they are, since browsers send them so.
 *
 * A canonical target costs one scan, and its path is the string that came (or a slice). Idempotent. @throws never
 */
export function canonicalTarget(raw: string, rules: TargetRules): TargetResult {
  if (raw.length === 0) return refused('empty')
  if (raw.length > rules.maxBytes) return refused('too-long')
  if (raw.charCodeAt(0) === 0x2f) return originForm(raw, rules)
  if (raw === '*') return ASTERISK

  const absolute = ABSOLUTE.exec(raw)
  return absolute === null ? authorityForm(raw) : absoluteForm(raw, absolute, rules)
}

function originForm(raw: string, rules: TargetRules): TargetResult {
  const mark = raw.indexOf('?')
  const path = mark < 0 ? raw : raw.slice(0, mark)
  const query = mark < 0 ? null : raw.slice(mark + 1)

  const state = pathState(path, rules)
  if (state !== 'canonical' && state !== 'rewrite') return refused(state)
  const fault = query === null ? null : byteFaults(query)
  if (fault !== null) return refused(fault)
  if (state === 'canonical') return { ok: true, path, query, form: 'origin' }
  const rewritten = rewritePath(path, rules)
  return rewritten === null ? refused('dot-parameters') : { ok: true, path: rewritten, query, form: 'origin' }
}

function absoluteForm(raw: string, [prefix, scheme = '', written = '']: RegExpExecArray, rules: TargetRules): TargetResult {
  const authority = parseAuthority(written)
  if (authority === null) return refused(byteFaults(written) ?? 'bad-authority')
  const rest = raw.slice(prefix.length)
  // `http://host` and `http://host?q` have an empty path, which is the same as `/` (RFC 9110 §4.2.3).
  const origin = originForm(rest.charCodeAt(0) === 0x2f ? rest : `/${rest}`, rules)
  if (!origin.ok) return origin
  return { ...origin, form: 'absolute', authority: formatAuthority(authority), scheme: scheme.toLowerCase() as 'http' | 'https' }
}

// Only CONNECT uses it, and always with a port (RFC 9112 §3.2.3); this also tells it from a path that lacks its slash.
function authorityForm(raw: string): TargetResult {
  const authority = parseAuthority(raw)
  if (authority === null || authority.port === null) return refused(byteFaults(raw) ?? 'unknown-form')
  return { ok: true, path: '', query: null, form: 'authority', authority: formatAuthority(authority) }
}

function refused(reason: TargetFault): TargetResult {
  return { ok: false, reason }
}
