/** Whole seconds for Retry-After (RFC 9110 §10.2.3), rounded up, at least one. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)))
}
