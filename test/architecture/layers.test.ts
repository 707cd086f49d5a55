import t from 'tap'
import { forbidden, layerFaults } from './layers.ts'
import { sourceFiles } from './source-tree.ts'

t.test('every import of edge, control, bin and demo points the right way', async (t) => {
  t.same(layerFaults([...sourceFiles(['edge', 'control', 'bin', 'demo']), ...sourceFiles(['bin'], '.js')]), [])
})

t.test('imports towards the contract are allowed', async (t) => {
  const allowed: readonly (readonly [string, string])[] = [
    ['edge/base/log.ts', 'edge/contract/metrics.ts'],
    ['edge/limit/gcra.ts', 'edge/base/ports.ts'],
    ['edge/limit/gcra.ts', 'edge/limit/limiter.ts'],
    ['edge/cache/freshness.ts', 'edge/http/date.ts'],
    ['edge/pipeline/serve.ts', 'edge/limit/gcra.ts'],
    ['edge/server/http1.ts', 'edge/pipeline/handle.ts'],
    ['edge/main.ts', 'edge/server/supervisor.ts'],
    ['edge/explain.ts', 'edge/pipeline/normalise.ts'],
    ['control/domain/diff.ts', 'edge/explain.ts'],
    ['control/api/routes.ts', 'control/store/sqlite.ts'],
    ['control/cli/check.ts', 'control/client/api-client.ts'],
    ['bin/weir.js', 'edge/main.ts'],
    ['bin/weir.js', 'demo/shop.ts'],
    ['edge/contract/site.ts', 'conf/crawlers.json'],
  ]
  for (const [from, to] of allowed) t.equal(forbidden(from, to), null, `${from} → ${to}`)
})

t.test('imports to the right, across a layer, or through a wall are refused', async (t) => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['edge/contract/site.ts', 'edge/base/log.ts', /towards the contract/],
    ['edge/base/log.ts', 'edge/http/date.ts', /towards the contract/],
    ['edge/limit/gcra.ts', 'edge/pipeline/exchange.ts', /towards the contract/],
    ['edge/limit/gcra.ts', 'edge/cache/level.ts', /do not see each other/],
    ['edge/config/compile.ts', 'edge/pipeline/serve.ts', /towards the contract/],
    ['edge/pipeline/serve.ts', 'edge/edge.ts', /towards the contract/],
    ['edge/worker.ts', 'edge/main.ts', /do not see each other/],
    ['edge/server/admin.ts', 'control/domain/fleet.ts', /knows nothing outside/],
    ['edge/base/log.ts', 'demo/shop.ts', /knows nothing outside/],
    ['control/push/stream.ts', 'edge/config/loader.ts', /not one of the doors/],
    ['control/main.ts', 'edge/main.ts', /not one of the doors/],
    ['control/main.ts', 'demo/shop.ts', /not one of the doors/],
    ['control/store/sqlite.ts', 'control/push/stream.ts', /do not see each other/],
    ['control/domain/fleet.ts', 'control/api/server.ts', /towards the contract/],
    ['control/main.ts', 'bin/weir.js', /nothing imports bin/],
    ['demo/shop.ts', 'edge/http/date.ts', /not one of the doors/],
    ['edge/odds/ends.ts', 'edge/contract/site.ts', /in no layer/],
    ['edge/pipeline/serve.ts', 'edge/odds/ends.ts', /in no layer/],
  ]
  for (const [from, to, why] of refused) t.match(forbidden(from, to), why, `${from} → ${to}`)
})

t.test('every way of writing an import is seen', async (t) => {
  const text = `
    import { a } from '../pipeline/a.ts'
    import type { B } from "../pipeline/b.ts"
    import {
      c,
    } from '../pipeline/c.ts'
    import '../pipeline/d.ts'
    export * from '../pipeline/e.ts'
    export type { F } from '../pipeline/f.ts'
    const g = await import('../pipeline/g.ts')
    type H = import('../pipeline/h.ts').H
    import i, * as j from '../pipeline/i.ts'
    // import { k } from '../pipeline/k.ts'
    const l = "import { l } from '../pipeline/l.ts'"
  `
  const faults = layerFaults([{ path: 'edge/limit/gcra.ts', text }])
  const seen = faults.map((fault) => /imports edge\/pipeline\/(\w)\.ts/.exec(fault)?.[1])
  t.same(seen.sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
})
