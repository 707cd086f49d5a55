import { type DiscoverConfig, serviceKey } from './discover.ts'
import type { Problem } from './problem.ts'
import { quoted } from './sentences.ts'
import type { Site } from './site.ts'

/** The problems of how a site's pools discover their peers. */
export function* checkDiscover(site: Site): Generator<Problem> {
  const first = new Map<string, { readonly id: string; readonly discover: DiscoverConfig }>()
  for (const [id, { discover }] of Object.entries(site.pools)) {
    if (!discover) continue
    const pointer = `/pools/${id}/discover`
    yield* checkSource(pointer, discover)
    yield* checkDns(`${pointer}/dns`, discover)
    const key = serviceKey(discover)
    const other = first.get(key)
    if (!other) first.set(key, { id, discover })
    else yield* checkAgreement(pointer, discover, other)
  }
}

function* checkSource(pointer: string, { service, dns, tag, tags, datacenter }: DiscoverConfig): Generator<Problem> {
  if (service === undefined && dns === undefined) yield { pointer, message: 'names nothing to discover; give it a service or dns' }
  if (service !== undefined && dns !== undefined)
    yield { pointer, message: 'has both a service and dns; keep one, and make a second pool for the other' }
  if (dns === undefined) return
  const consul = Object.entries({ tag, datacenter, tags: tags.length > 0 ? tags : undefined }).filter(([, value]) => value !== undefined)
  for (const [name] of consul) yield { pointer: `${pointer}/${name}`, message: 'is for services of Consul; leave it out beside dns' }
}

function* checkDns(pointer: string, { dns }: DiscoverConfig): Generator<Problem> {
  if (dns === undefined) return
  if (dns.type === 'SRV' && dns.port !== undefined) yield { pointer: `${pointer}/port`, message: 'comes with SRV records; leave it out' }
  if (dns.type !== 'SRV' && dns.port === undefined) yield { pointer, message: `needs a port: ${dns.type} records have none` }
  if (dns.minRefreshMs <= dns.maxRefreshMs) return
  yield {
    pointer: `${pointer}/minRefreshMs`,
    message: `must be at most maxRefreshMs, which is ${dns.maxRefreshMs} (ms); it is ${dns.minRefreshMs}`,
  }
}

// One source has one watch, and a watch can hold an answer in one way only.
function* checkAgreement(pointer: string, discover: DiscoverConfig, other: { id: string; discover: DiscoverConfig }): Generator<Problem> {
  const [mine, theirs] = [discover, other.discover].map(({ protect, dns }) => JSON.stringify([Object.entries(protect).sort(), dns]))
  if (mine === theirs) return
  yield { pointer, message: `asks for the same as pool ${quoted(other.id)}, with other settings; give both the same` }
}
