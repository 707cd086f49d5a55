import t from 'tap'
import { CASE_NAMES, CASES } from '../../../../../bench/load/cases.ts'
import type { Start } from '../../../../../bench/load/contender.ts'
import { weirBootstrap, weirSite } from '../../../../../bench/load/contenders/weir-files.ts'
import { routePlaces } from '../../../../../bench/load/many-routes.ts'
import { readBootstrap, readSite } from '../../../../../edge/contract/read-site.ts'

const startOf = (benchCase: Start['benchCase']): Start => ({
  benchCase,
  rig: { redisUrl: 'redis://127.0.0.1:6379', originPort: 9_000 } as Start['rig'],
  folder: '/nowhere',
  port: 8_080,
  accessLog: 'off',
  bootstrap: {},
})

t.test('an edge accepts the files of every case', async (t) => {
  for (const benchCase of CASE_NAMES) {
    const tls = benchCase === 'tls' ? { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' } : undefined
    const bootstrap = readBootstrap('edge', JSON.stringify(weirBootstrap(startOf(benchCase), 2, tls)))
    t.match(bootstrap, { ok: true, bootstrap: { workers: 2, accessLog: 'off' } }, benchCase)
    const site = readSite(JSON.stringify(weirSite(CASES[benchCase].job, 9_000, [{ hosts: [], path: '/*' }])))
    t.match(site, { ok: true }, benchCase)
  }
})

t.test('memory, Redis and limits are those of the job', async (t) => {
  const bootstrap = (benchCase: Start['benchCase']) => weirBootstrap(startOf(benchCase), 1, undefined)
  t.match(bootstrap('hit-l1'), { l1MaxBytes: 64 * 2 ** 20, redis: { url: 'redis://127.0.0.1:6379' } })
  t.match(bootstrap('hit-l2'), { l1MaxBytes: 0, redis: { url: 'redis://127.0.0.1:6379' } })
  t.match(bootstrap('pass'), { l1MaxBytes: 0, redis: undefined })
  t.match(weirSite('limited', 1, [{ hosts: [], path: '/*' }]), { limits: { 'per-address': { rate: '1/s' } } })
})

t.test('an edge accepts a site of 10,000 routes', async (t) => {
  const site = readSite(JSON.stringify(weirSite('hit-l1', 9_000, routePlaces(10_000))))
  t.ok(site.ok)
  t.equal(site.ok && Object.keys(site.site.routes).length, 10_000)
})
