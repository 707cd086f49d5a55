// The door for sites, whoever brings them: the schema first, then whether the parts fit together. Where the schema refuses some members,
// the others are still checked, so that a person sees every problem at once and not one layer after the other.
//
// What stands in for a refused pool, limit or fallback is there for references alone: a route that names it is not told that there is none.

import { check } from './check.ts'
import { type Problem, pointerMembers } from './problem.ts'
import { type Site, SiteSchema } from './site.ts'
import { validate } from './validate.ts'

/** A site that can be served, defaults filled in; or every reason why not. */
export type SiteAcceptance = { readonly ok: true; readonly value: Site } | { readonly ok: false; readonly problems: Problem[] }

/** Members of these maps can be refused one by one. `null`: nothing refers to them, so a refused one is left out. */
const STAND_INS: Readonly<Record<string, object | null>> = {
  pools: { peers: [{ address: '127.0.0.1:1' }] },
  limits: { rate: '1/s' },
  fallbacks: {},
  routes: null,
  changes: null,
}

/** Validates a site, fills its defaults in, and checks that its parts fit together. The value may be anything; never throws. */
export function acceptSite(value: unknown): SiteAcceptance {
  const valid = validate(SiteSchema, value)
  if (!valid.ok) return { ok: false, problems: [...valid.problems, ...problemsOfTheRest(value, valid.problems)] }
  const problems = check(valid.value)
  return problems.length === 0 ? valid : { ok: false, problems }
}

function problemsOfTheRest(value: unknown, refused: readonly Problem[]): Problem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const rest = withoutRefused(value as Record<string, unknown>, refused)
  const valid = validate(SiteSchema, rest)
  if (!valid.ok) return []
  const places = refused.map((problem) => memberOf(problem.pointer))
  return check(valid.value).filter((problem) => !places.includes(memberOf(problem.pointer)))
}

function withoutRefused(site: Readonly<Record<string, unknown>>, refused: readonly Problem[]): Record<string, unknown> {
  const rest: Record<string, unknown> = { ...site }
  for (const { pointer } of refused) {
    const [top = '', id] = pointerMembers(pointer)
    const members = rest[top]
    if (id === undefined || !Object.hasOwn(STAND_INS, top) || typeof members !== 'object' || members === null) delete rest[top]
    else rest[top] = replaced(members as Record<string, unknown>, id, STAND_INS[top]!)
  }
  return rest
}

function replaced(members: Readonly<Record<string, unknown>>, id: string, standIn: object | null): Record<string, unknown> {
  const { [id]: _refused, ...others } = members
  return standIn === null ? others : { ...others, [id]: standIn }
}

/** The first two members of a pointer: the map, and the member of it. */
const memberOf = (pointer: string) => pointerMembers(pointer).slice(0, 2).join('/')
