import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CASES } from '../cases.ts'
import { makeCertificate } from '../certificate.ts'
import type { Contender, Start } from '../contender.ts'
import { routedPages, routePlaces } from '../many-routes.ts'
import { startProcess, untilReady } from '../process.ts'
import { answersAt } from '../request.ts'
import { weirBootstrap, weirSite } from './weir-files.ts'

const BIN = join(import.meta.dirname, '../../../bin/weir.js')

/** The edge with one worker, beside other programs. */
export const weir = edge({ name: 'weir', label: 'Weir', cases: ['hit-l1', 'hit-l2', 'pass', 'limited', 'tls', 'idle'] })

/** The edge with sites of different size. */
export const weirTenRoutes = routedEdge('weir-10-routes', 10)
/** The edge with a large site. */
export const weirManyRoutes = routedEdge('weir-10000-routes', 10_000)

/** The edge with one worker, beside itself with two. */
export const weirOneWorker = edge({ name: 'weir-1-worker', label: '1 worker', cases: ['workers'], workers: 1 })
/** The edge with two workers. */
export const weirTwoWorkers = edge({ name: 'weir-2-workers', label: '2 workers', cases: ['workers'], workers: 2 })

function routedEdge(name: string, count: number): Contender {
  const label = `${count.toLocaleString('en-GB')} routes`
  return edge({ name, label, cases: ['routes'], pages: routedPages(count) }, count)
}

// Without a count of routes its site has one, which takes every request.
function edge(contender: Omit<Contender, 'start'>, routes?: number): Contender {
  const places = routes === undefined ? [{ hosts: [], path: '/*' }] : routePlaces(routes)
  return {
    ...contender,
    async start(start) {
      const { folder, port, benchCase, rig } = start
      writeFileSync(join(folder, 'site.json'), JSON.stringify(weirSite(CASES[benchCase].job, rig.originPort, places)))
      const certificate = benchCase === 'tls' ? makeCertificate(folder) : undefined
      const bootstrap = { ...weirBootstrap(start, contender.workers ?? 1, certificate), ...start.bootstrap }
      writeFileSync(join(folder, 'edge.json'), JSON.stringify(bootstrap, null, 2))
      const process = await startEdge(start)
      return { url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`, process }
    },
  }
}

async function startEdge({ folder, port }: Start) {
  const edge = await startProcess([process.execPath, BIN, 'edge', '--config', join(folder, 'edge.json')], join(folder, 'weir.log'))
  await untilReady(edge, async () => edge.output().includes('weir: listening on') && (await answersAt(port)))
  return edge
}
