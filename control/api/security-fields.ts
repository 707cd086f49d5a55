// Fields that every answer carries. The API needs no browser at all; the console needs its own files and its own API, nothing else.

/** What a browser may do with an answer of the API: nothing. */
export const API_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** What a browser may do with the console: its own scripts, styles, images and calls; nothing inline, no frames, no forms. */
export const CONSOLE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Fields that every answer carries, beside its policy. There is no CORS field: no other site has business here. */
export const SECURITY_FIELDS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}
