// What the patterns of the contract mean, in words: "must match ^[a-z…" helps nobody at three in the morning.
// A test holds this table against the patterns in the schemas, both ways.

import { HASH_KEY_PATTERN } from './balance.ts'
import { BULK_TARGET_PATTERN } from './batch.ts'
import { COOKIE_NAME_PATTERN, IDENTITY_PATTERN, LANGUAGE_PATTERN, QUERY_NAME_PATTERN } from './cache-key.ts'
import { COLUMN_PATTERN, TABLE_PATTERN } from './changes.ts'
import { CHECK_HOST_PATTERN, CHECK_PATH_PATTERN, STATUS_RANGE_PATTERN } from './health.ts'
import {
  ADDRESS_PATTERN,
  FIELD_NAME_PATTERN,
  HOST_PATTERN,
  ID_PATTERN,
  LISTEN_PATTERN,
  PATH_PATTERN,
  RANGE_PATTERN,
} from './identifiers.ts'
import { KEY_SOURCE_PATTERN } from './key-source.ts'
import { STAND_IN_PATTERN } from './stand-in.ts'
import { SPLIT_KEY_PATTERN } from './traffic.ts'
import { RATE_PATTERN } from './units.ts'

/** By pattern: what a text of that pattern is, to be read after "must be". */
export const FORMS: Readonly<Record<string, string>> = {
  [ID_PATTERN]: 'a name of lower-case letters, digits, ".", "-" and "_", at most 64, that begins with a letter or digit',
  [HOST_PATTERN]: 'a host in lower case such as shop.example.org, *.example.org or [2001:db8::1], or *, without a port',
  [PATH_PATTERN]: 'a path such as /cart, /product/* or /user/{id}/orders: it begins with /, has no ?, # or space, and * only at its end',
  [ADDRESS_PATTERN]: 'an address such as 127.0.0.1:8080, [::1]:8080, shop.internal:80 or unix:/run/shop.sock',
  [LISTEN_PATTERN]: 'an address such as 127.0.0.1:8080, [::1]:8080, unix:/run/shop.sock, or fd:NAME for a socket handed over',
  [FIELD_NAME_PATTERN]: 'a field name such as x-api-key: letters, digits and "-", no space and no ":"',
  [RANGE_PATTERN]: 'an address range such as 10.0.0.0/8 or 2001:db8::/32, or one address',
  [KEY_SOURCE_PATTERN]: 'one of path, target, host, address, route, certificate, header:NAME, cookie:NAME, query:NAME',
  [SPLIT_KEY_PATTERN]: 'one of request, path, target, host, address, certificate, header:NAME, cookie:NAME, query:NAME',
  [HASH_KEY_PATTERN]:
    'a hash key such as path, host+path or cookie:sid, address: up to 4 keys, each of up to 4 parts: path, target, host, address, route, certificate, header:NAME, cookie:NAME, query:NAME',
  [COLUMN_PATTERN]: 'the name of a column: letters, digits, "_" and "$", at most 64, that does not begin with a digit',
  [TABLE_PATTERN]: 'a table such as shop.item, or shop.item_* for all tables of shop that begin with item_',
  [CHECK_PATH_PATTERN]: 'a path such as /up or /up?deep=1: it begins with / and has no space and no #',
  [BULK_TARGET_PATTERN]: 'a target such as /items?ids={ids}: it begins with / and has no space and no #',
  [CHECK_HOST_PATTERN]: 'a host such as shop.example.org, with its port if it has one',
  [STATUS_RANGE_PATTERN]: 'a status such as 204, or a range such as 200-299',
  [RATE_PATTERN]: 'a rate such as 100/s or 6000/m: a count, a slash, and s, m, h or d',
  '^rediss?://': 'a URL such as redis://127.0.0.1:6379 or rediss://user:password@host:6379/0',
  '^https?://': 'a URL that begins with http:// or https://',
  '^https?://[^/]+$': 'an origin: http:// or https:// and a host, without a path',
  '^https?://[^/]+/': 'the beginning of a URL: http:// or https://, a host, and at least the first / of a path',
  '^[a-z0-9:_-]{0,32}$': 'at most 32 lower-case letters, digits, ":", "_" and "-"',
  '^[A-Za-z0-9._-]{1,253}$': 'a host name of letters, digits, ".", "_" and "-", at most 253',
  '^[A-Za-z0-9._-]{1,128}$': 'a name of letters, digits, ".", "_" and "-", at most 128',
  '^[A-Za-z0-9._=-]{1,128}$': 'a tag of letters, digits, ".", "_", "=" and "-", at most 128',
  '^[A-Za-z0-9._-]{1,64}$': 'a name of letters, digits, ".", "_" and "-", at most 64',
  '^[\\x21-\\x7e]{1,128}$': 'a label of visible ASCII characters, at most 128',
  '^/[!-:<-~]{0,255}$': 'a path that begins with / and has no space and no ";", at most 256',
  '^[A-Za-z0-9_-]{1,64}$': 'a name of letters, digits, "_" and "-", at most 64',
  [STAND_IN_PATTERN]: 'one of stale, static, fallback, closed, pool:shop and fallback:menu, with an id of this site behind the colon',
  '^[a-z][a-z-]{0,31}$': 'a word of lower-case letters and "-", at most 32',
  '^[a-z0-9_-]{1,64}$': 'a name of lower-case letters, digits, "_" and "-", at most 64',
  '^[\\x20-\\x7e]{1,128}$': 'a media type such as text/html; charset=utf-8, at most 128 ASCII characters',
  [QUERY_NAME_PATTERN]: 'a parameter such as page, or the beginning of some such as utm_*, at most 128 characters',
  [COOKIE_NAME_PATTERN]: 'the name of a cookie: no space, "=", ";" or ",", at most 128 characters',
  [IDENTITY_PATTERN]: 'one of none, header:NAME and cookie:NAME',
  [LANGUAGE_PATTERN]: 'a language tag such as de or pt-BR',
  '^(\\[[0-9a-fA-F:.]{2,45}\\]|[0-9.]{7,15}):[0-9]{1,5}$': 'an address with its port such as 192.0.2.53:53 or [2001:db8::53]:53',
  '^[A-Z]{1,32}$': 'a method in capitals such as GET',
  '^.{1,128}$': 'a name of 1 to 128 characters on one line',
  '^[0-9a-f]{64}$': '64 lower-case hexadecimal digits',
}
