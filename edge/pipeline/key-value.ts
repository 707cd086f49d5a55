// The value of a key source in a request: what hash keys and limit keys are made of.

import type { KeySource } from '../contract/key-source.ts'
import { cookieValue } from '../http/cookie.ts'
import { queryValue } from '../http/query.ts'
import { type Asked, targetOf } from './exchange.ts'

/** The longest key value; longer ones are cut, so that a client cannot make keys costly. */
const MAX_KEY_LENGTH = 256

/** The value, or null when the request has no such part. */
export function keyValue(source: KeySource, { request, client, route }: Asked): string | null {
  switch (source.kind) {
    case 'path':
      return request.path
    case 'target':
      return targetOf(request.path, request.query)
    case 'host':
      return request.host
    case 'address':
      return client.address
    case 'certificate':
      return client.certificate
    case 'route':
      return route.id
    case 'header':
      return cut(request.fields.get(source.name))
    case 'cookie':
      return cut(cookieValue(request.fields.getAll('cookie'), source.name))
    case 'query':
      return cut(queryValue(request.query, source.name))
  }
}

function cut(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value.slice(0, MAX_KEY_LENGTH)
}
