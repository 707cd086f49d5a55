// The door for sites: what a person or a program hands in becomes a site that can be published, or a list of problems.

import { digestOf } from '../../edge/contract/canonical-json.ts'
import { check } from '../../edge/contract/check.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { type Site, SiteSchema } from '../../edge/contract/site.ts'
import { validate } from '../../edge/contract/validate.ts'

/** What a document turned out to be. */
export type AcceptedSite =
  | { readonly ok: true; readonly site: Site; readonly digest: string }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Validates a site, fills its defaults in, and checks that its parts fit together. The value may be anything; never throws. */
export function acceptSite(value: unknown): AcceptedSite {
  const read = validate(SiteSchema, value)
  if (!read.ok) return read
  const problems = check(read.value)
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, site: read.value, digest: digestOf(read.value) }
}
