import { EdgeError } from '../base/edge-error.ts'

/** Where a Redis is, and as whom to speak to it. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly username: string | null
  readonly password: string | null
  readonly database: number
  readonly security: 'plain' | 'tls'
}

const DEFAULT_PORT = 6379

/**
 * Reads `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. Not left to the client library: that also takes
 * any of its own options from the query, so that a URL could turn off a bound set here.
 * @throws EdgeError CONFIG_INVALID, without the URL, which may hold a password
 */
export function redisTarget(url: string): RedisTarget {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const database = /^\/?([0-9]{0,4})$/.exec(parsed?.pathname ?? '')
  if (parsed === null || database === null || parsed.hostname === '' || parsed.search !== '' || parsed.hash !== '') {
    throw new EdgeError('CONFIG_INVALID', { pointer: '/redis/url', wanted: 'redis://[user:password@]host:port[/db]' })
  }
  return {
    // An IPv6 address stands in brackets in a URL, and without them everywhere else.
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    username: parsed.username === '' ? null : unescaped(parsed.username),
    password: parsed.password === '' ? null : unescaped(parsed.password),
    database: Number(database[1]),
    security: parsed.protocol === 'rediss:' ? 'tls' : 'plain',
  }
}

/** A password with a lone `%` is taken as it is written. */
function unescaped(text: string): string {
  return /%(?![0-9a-fA-F]{2})/.test(text) ? text : decodeURIComponent(text)
}
