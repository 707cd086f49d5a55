import type { Problem } from './problem.ts'
import { quoted } from './sentences.ts'
import type { Site } from './site.ts'
import type { StickyConfig } from './sticky.ts'

/** What is wrong with sticky cookies: two pools that give the same one, and what no browser takes. */
export function* checkSticky(pools: Site['pools']): Generator<Problem> {
  const owners = new Map<string, string>()
  for (const [id, { sticky }] of Object.entries(pools)) {
    if (sticky === undefined) continue
    const pointer = `/pools/${id}/sticky`
    const owner = owners.get(sticky.cookie)
    if (owner === undefined) owners.set(sticky.cookie, id)
    else
      yield {
        pointer: `${pointer}/cookie`,
        message: `${quoted(sticky.cookie)} is the cookie of pool ${quoted(owner)} already; each needs its own`,
      }
    const fault = browserFault(sticky)
    if (fault !== null) yield { pointer: `${pointer}/secure`, message: fault }
  }
}

// RFC 6265bis §4.1.3, §5.4.
function browserFault({ cookie, path, sameSite, secure }: StickyConfig): string | null {
  if (sameSite === 'None' && secure !== 'always') return 'must be "always" where sameSite is "None"; browsers refuse it otherwise'
  if (/^__(Secure|Host)-/i.test(cookie) && secure !== 'always')
    return 'must be "always" for a cookie whose name begins with __Secure- or __Host-'
  if (/^__Host-/i.test(cookie) && path !== '/') return 'a cookie whose name begins with __Host- needs the path /'
  return null
}
