import t from 'tap'
import type { PeerReading } from '../../../edge/pipeline/pool-reading.ts'
import { poolsPage } from '../../../edge/server/pools-page.ts'

const WELL: PeerReading = {
  address: 'a:1',
  weight: 1,
  standing: 'in service',
  untilMs: null,
  cause: '',
  inFlight: 2,
  tunnels: 1,
  consecutiveFailures: 0,
  latencyMs: 10,
}
const pool = (usable: number, ...peers: PeerReading[]) => [{ pool: 'shop', panic: usable === 0, of: 1, usable, peers }]

t.test('loads of all workers are added up, and who is out at one of them says why', async (t) => {
  const out: PeerReading = { ...WELL, standing: 'ejected', untilMs: 9, cause: 'x', consecutiveFailures: 5, latencyMs: 30 }
  const check = { health: 'healthy', last: null } as const
  const asked: string[] = []
  const pages = poolsPage([pool(1, WELL), pool(0, out)], (id, address) => {
    asked.push(`${id} ${address}`)
    return check
  })
  t.match(pages, [{ pool: 'shop', panic: true, of: 1, usable: 0 }])
  t.match(pages[0]!.peers, [
    {
      address: 'a:1',
      standing: 'ejected',
      cause: 'x',
      inFlight: 4,
      tunnels: 2,
      consecutiveFailures: 5,
      latencyMs: 20,
      outAtWorkers: 1,
      check,
    },
  ])
  t.same(asked, ['shop a:1'])
})

t.test('without workers there are no pools', async (t) => {
  t.same(
    poolsPage([], () => null),
    [],
  )
})
