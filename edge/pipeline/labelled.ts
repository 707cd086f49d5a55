// An answer of the origin with its labels read, and taken out where clients are not to see them.

import { hasTags, tagsOf } from '../cache/tags.ts'
import type { Asked } from './exchange.ts'
import type { Fetched } from './send-to-pool.ts'

/** The answer with what it may be purged by: its route, and the labels that it came with. */
export function labelled(fetched: Fetched, { request, client, route }: Asked): Fetched {
  const { answer } = fetched
  if (!hasTags(answer.fields)) return fetched
  const tags = [...route.tags, ...tagsOf(answer.fields, `${client.scheme}://${request.authority}`)]
  const fields = answer.fields.clone()
  for (const name of route.config.cache.stripTagFields) fields.delete(name)
  return { ...fetched, answer: { ...answer, fields }, tags }
}
