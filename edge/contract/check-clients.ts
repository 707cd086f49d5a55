import { hostFault, rangeFault } from './address-text.ts'
import type { Problem } from './problem.ts'
import type { Site } from './site.ts'

/** The problems of a site's hosts and of how it tells clients apart. */
export function* checkClients(site: Site): Generator<Problem> {
  for (const [index, host] of site.hosts.entries()) {
    const message = hostFault(host)
    if (message !== null) yield { pointer: `/hosts/${index}`, message }
  }
  const { trustedProxies, trustedEdges, crawlers } = site.clients
  for (const [index, range] of trustedProxies.entries()) {
    const message = rangeFault(range)
    if (message !== null) yield { pointer: `/clients/trustedProxies/${index}`, message }
  }
  for (const [index, range] of trustedEdges.entries()) {
    const message = rangeFault(range)
    if (message !== null) yield { pointer: `/clients/trustedEdges/${index}`, message }
  }
  const agents = new Set(crawlers.agents.map((text) => text.toLowerCase()))
  for (const [index, text] of crawlers.people.entries()) {
    if (!agents.has(text.toLowerCase())) continue
    yield {
      pointer: `/clients/crawlers/people/${index}`,
      message: `${JSON.stringify(text)} is among agents too; keep it in one of the lists`,
    }
  }
}
