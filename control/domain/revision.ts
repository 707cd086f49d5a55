// Revisions: immutable, numbered, digested. A rollback is a new revision with the content of an old one, so numbers only grow.

import type { Publication } from '../../edge/contract/publication.ts'
import type { Site } from '../../edge/contract/site.ts'

/** A revision without its site, for lists. */
export type RevisionSummary = Omit<Publication, 'site'>

/** A site that is to become a revision. */
export interface Candidate {
  readonly site: Site
  /** SHA-256 of the site as canonical JSON, lower-case hex. */
  readonly digest: string
  readonly author: string
  readonly note: string
}

/** What becomes of a candidate: the next revision, or nothing because it is what already stands. */
export type NextRevision =
  | { readonly kind: 'new'; readonly publication: Publication }
  | { readonly kind: 'unchanged'; readonly current: Publication }

/** The revision that a candidate becomes on top of `current`. */
export function nextRevision(current: Publication | null, candidate: Candidate, nowMs: number): NextRevision {
  if (current && current.digest === candidate.digest) return { kind: 'unchanged', current }
  return { kind: 'new', publication: { revision: (current?.revision ?? 0) + 1, publishedAtMs: nowMs, ...candidate } }
}

/** A revision without its site. */
export function summaryOf({ site: _, ...summary }: Publication): RevisionSummary {
  return summary
}

/** The entity tag of a revision number; 0 stands for "nothing published yet". */
export function revisionTag(revision: number): string {
  return `"r${revision}"`
}

/** A site being worked on. It need not be valid: it is checked when it is published. */
export interface Draft {
  /** Counts up with each save, also across drafts. */
  readonly version: number
  /** The revision it was begun from. */
  readonly base: number
  readonly author: string
  readonly savedAtMs: number
  readonly site: unknown
}

/** The entity tag of a draft. */
export function draftTag(draft: Draft): string {
  return `"d${draft.version}"`
}
