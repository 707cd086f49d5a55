// Files that hold the bodies of fallbacks. Who reads a site from a file reads them too, and from then on the site has it all: a
// revision is one thing, and means the same at every edge.

import { readDocument } from './document.ts'
import { isMapValue } from './shape.ts'

/** The most files that one site may name. */
export const MAX_BODY_FILES = 64

/** The files that the fallbacks of a site name, each once, at most `MAX_BODY_FILES`. @param text YAML or JSON, valid or not */
export function bodyFilesOf(text: string): readonly string[] {
  if (!text.includes('bodyFile')) return []
  const document = readDocument(text)
  if (!document.ok || !isMapValue(document.value) || !isMapValue(document.value.fallbacks)) return []
  const names = Object.values(document.value.fallbacks).map((fallback) => (isMapValue(fallback) ? fallback.bodyFile : undefined))
  return [...new Set(names.filter((name) => typeof name === 'string'))].slice(0, MAX_BODY_FILES)
}

/** A site, not validated yet, with the bodies that files hold. What has no file here keeps its `bodyFile`, and is refused later. */
export function withBodies(site: unknown, bodies: ReadonlyMap<string, string>): unknown {
  if (bodies.size === 0 || !isMapValue(site) || !isMapValue(site.fallbacks)) return site
  const fallbacks = Object.entries(site.fallbacks).map(([id, fallback]) => [id, withBody(fallback, bodies)])
  return { ...site, fallbacks: Object.fromEntries(fallbacks) }
}

function withBody(fallback: unknown, bodies: ReadonlyMap<string, string>): unknown {
  if (!isMapValue(fallback) || typeof fallback.bodyFile !== 'string' || Object.hasOwn(fallback, 'body')) return fallback
  const body = bodies.get(fallback.bodyFile)
  if (body === undefined) return fallback
  const { bodyFile: _, ...rest } = fallback
  return { ...rest, body }
}
