// Fields of a request that its key does not hold and its origin has seen all the same. What an origin builds from one, and does not name in Vary, would be
// served to everybody: that is how caches are poisoned. So an answer to a request with such a field is not kept, by the measure of the rule.

import type { Fields } from '../http/fields.ts'
import { nominatesOthers } from '../http/hop-by-hop.ts'
import type { KeyPlan } from './key-plan.ts'

// By these, frameworks are asked for a fragment or for data in place of the page at the same address, and some leave it out of Vary:
// AJAX of all kinds, htmx, Turbo, Unpoly, PJAX, Inertia, Livewire, Next.js.
const SELECTING: ReadonlySet<string> = new Set([
  'x-requested-with',
  'rsc',
  'next-url',
  'x-nextjs-data',
  'turbo-frame',
  'x-turbo-request-id',
])
const SELECTING_PREFIXES: readonly string[] = [
  'next-router-',
  'hx-',
  'x-up-',
  'x-pjax',
  'x-inertia',
  'x-livewire',
  'x-middleware-',
  'x-invoke-',
]

// What browsers, crawlers, proxies and tracing send with any request, and origins that depend on it are known to name in Vary.
const USUAL: ReadonlySet<string> = new Set([
  ...['host', 'accept', 'accept-charset', 'accept-encoding', 'accept-language', 'user-agent', 'referer', 'origin', 'from', 'dnt'],
  ...['cache-control', 'pragma', 'range', 'te', 'trailer', 'connection', 'keep-alive', 'proxy-connection', 'upgrade', 'http2-settings'],
  ...['upgrade-insecure-requests', 'priority', 'purpose', 'x-purpose', 'x-moz', 'save-data', 'early-data', 'alt-used', 'service-worker'],
  ...['service-worker-navigation-preload', 'available-dictionary', 'dictionary-id', 'device-memory', 'dpr', 'width', 'viewport-width'],
  ...['downlink', 'ect', 'rtt', 'max-forwards', 'expect', 'content-length', 'cookie', 'authorization', 'proxy-authorization'],
  // Made anew or dropped on the way to the origin, or believed from trusted proxies alone.
  ...['via', 'cdn-loop', 'forwarded', 'x-real-ip', 'true-client-ip', 'x-client-ip', 'x-cluster-client-ip', 'cf-connecting-ip'],
  // Tracing, and what balancers and networks in front add to everything.
  ...['traceparent', 'tracestate', 'baggage', 'x-request-id', 'x-correlation-id', 'x-request-start', 'b3', 'sentry-trace', 'uber-trace-id'],
  ...['x-amzn-trace-id', 'x-amz-cf-id', 'x-cloud-trace-context', 'x-azure-ref', 'cf-ray', 'cf-visitor', 'cf-ipcountry', 'newrelic'],
])
const USUAL_PREFIXES: readonly string[] = ['sec-', 'if-', 'x-forwarded-', 'x-b3-', 'x-datadog-']

// Where nothing unkeyed may pass, these do, since the origin decides by them who may see what; their answers are not kept instead.
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'if-match', 'if-unmodified-since'])

/**
 * The first field for whose sake an answer to this request may not be kept; null when there is none.
 * @param shared fields of the shared request, as the origin saw them
 * @param varyNames what the answer, or the one it renews, varies by
 */
export function unkeyedField(shared: Fields, plan: Pick<KeyPlan, 'unkeyed' | 'known'>, varyNames: readonly string[]): string | null {
  // A field named in Connection is ours to see and not the origin's: a variant would be kept under what its origin never saw.
  if (nominatesOthers(shared)) return 'connection'
  const counts = COUNTS[plan.unkeyed.headers]
  const { lines } = shared
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i]!.toLowerCase()
    if (counts(name) && !plan.known.has(name) && !varyNames.includes(name)) return name
  }
  return null
}

const beginsLike = (name: string, prefixes: readonly string[]) => prefixes.some((prefix) => name.startsWith(prefix))

const COUNTS: Readonly<Record<KeyPlan['unkeyed']['headers'], (name: string) => boolean>> = {
  standard: (name) => SELECTING.has(name) || beginsLike(name, SELECTING_PREFIXES),
  guard: (name) => !USUAL.has(name) && !beginsLike(name, USUAL_PREFIXES),
  strip: (name) => CREDENTIALS.has(name),
}
