// The one way from a text to a site or a bootstrap: document, schema, checks. `weir check`, the file source, the control plane
// and the last-good copy all read through here, so they refuse the same things with the same sentences.

import type { Static, TSchema } from 'typebox'
import { acceptSite } from './accept-site.ts'
import { withBodies } from './body-files.ts'
import {
  type ControlBootstrap,
  ControlBootstrapSchema,
  type EdgeBootstrap,
  EdgeBootstrapSchema,
  type UpBootstrap,
  UpBootstrapSchema,
} from './bootstrap.ts'
import { checkControlBootstrap, checkEdgeBootstrap, checkUpBootstrap } from './check-bootstrap.ts'
import { type DocumentReading, readDocument } from './document.ts'
import type { Problem } from './problem.ts'
import { inert } from './sentences.ts'
import type { Site } from './site.ts'
import { type Validated, validate } from './validate.ts'

/** A site that can be served, defaults filled in; or every reason why not, in the order of the text. */
export type SiteReading = { readonly ok: true; readonly site: Site } | { readonly ok: false; readonly problems: Problem[] }

const NO_BODIES: ReadonlyMap<string, string> = new Map()

/** The bootstraps by kind. */
export interface BootstrapOf {
  readonly edge: EdgeBootstrap
  readonly control: ControlBootstrap
  readonly up: UpBootstrap
}

/** A bootstrap with its defaults filled in; or every reason why not, in the order of the text. */
export type BootstrapReading<K extends keyof BootstrapOf> =
  | { readonly ok: true; readonly bootstrap: BootstrapOf[K] }
  | { readonly ok: false; readonly problems: Problem[] }

/**
 * Reads a site from YAML or JSON.
 * @param bodies of fallbacks, by the names of their files; see `body-files.ts`
 * @returns the site, or at most 100 problems, each with line and column
 * @throws never
 */
export function readSite(text: string, bodies: ReadonlyMap<string, string> = NO_BODIES): SiteReading {
  const document = readDocument(text)
  if (!document.ok) return document
  const accepted = acceptSite(withBodies(document.value, bodies))
  return accepted.ok ? { ok: true, site: accepted.value } : { ok: false, problems: placed(accepted.problems, document) }
}

/**
 * Reads a bootstrap from YAML or JSON.
 * @returns the bootstrap, or at most 100 problems, each with line and column
 * @throws never
 */
export function readBootstrap<K extends keyof BootstrapOf>(kind: K, text: string): BootstrapReading<K> {
  const reading = BOOTSTRAPS[kind](text) as Validated<BootstrapOf[K]>
  return reading.ok ? { ok: true, bootstrap: reading.value } : reading
}

/** A problem as one line for people and editors: `file:line:col  /json/pointer  message`. */
export function formatProblem(file: string, problem: Problem): string {
  const place = problem.line === undefined ? file : `${file}:${problem.line}:${problem.column ?? 1}`
  // A field name may hold anything, the escape sequences of a terminal included.
  return inert(`${place}  ${problem.pointer === '' ? '/' : problem.pointer}  ${problem.message}`)
}

const BOOTSTRAPS: { readonly [K in keyof BootstrapOf]: (text: string) => Validated<BootstrapOf[K]> } = {
  edge: (text) => readAs(EdgeBootstrapSchema, checkEdgeBootstrap, text),
  control: (text) => readAs(ControlBootstrapSchema, checkControlBootstrap, text),
  up: (text) => readAs(UpBootstrapSchema, checkUpBootstrap, text),
}

function readAs<S extends TSchema>(schema: S, checks: (value: Static<S>) => Iterable<Problem>, text: string): Validated<Static<S>> {
  const document = readDocument(text)
  if (!document.ok) return document
  const validated = validate(schema, document.value)
  if (!validated.ok) return { ok: false, problems: placed(validated.problems, document) }
  const problems = [...checks(validated.value)]
  return problems.length === 0 ? validated : { ok: false, problems: placed(problems, document) }
}

function placed(problems: readonly Problem[], document: DocumentReading & { ok: true }): Problem[] {
  const found = problems.map((problem) => ({ problem, at: document.positionOf(problem.pointer) }))
  // The sort is stable: what stands at one place keeps the order in which it was found.
  found.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
  return found.map(({ problem, at }) => ({ ...problem, ...at }))
}
