// The door for sites: what a person or a program hands in becomes a site that can be published, or a list of problems.

import { acceptSite as accept } from '../../edge/contract/accept-site.ts'
import { digestOf } from '../../edge/contract/canonical-json.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import type { Site } from '../../edge/contract/site.ts'

/** What a document turned out to be. */
export type AcceptedSite =
  | { readonly ok: true; readonly site: Site; readonly digest: string }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Accepts a site for publication, with its digest. The value may be anything; never throws. */
export function acceptSite(value: unknown): AcceptedSite {
  const read = accept(value)
  return read.ok ? { ok: true, site: read.value, digest: digestOf(read.value) } : read
}
