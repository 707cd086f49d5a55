import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ControlSource } from '../../../edge/config/control-source.ts'
import { FileSource } from '../../../edge/config/file-source.ts'
import { LastGood } from '../../../edge/config/last-good.ts'
import { Loader } from '../../../edge/config/loader.ts'
import { type FirstSources, FirstTold, gatherFirst } from '../../../edge/server/first-told.ts'
import { TWO_PEERS, toldOf } from '../../support/exchange-maker.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { testPorts } from './toy-worker.ts'

const SITE = 'name: shop\npools:\n  web:\n    peers: [{ address: "127.0.0.1:1" }]\nroutes:\n  all: { path: "/*", pool: web }\n'

function create(t: Scope, siteText: string | null = null) {
  const { ports, clock, log } = testPorts()
  const first = new FirstTold()
  const loader = new Loader({ tryCompile: () => null, apply: (told) => first.reach(told), keep() {} }, ports)
  const path = join(tempDir(t), 'site.yaml')
  if (siteText !== null) writeFileSync(path, siteText)
  let started = 0
  const control = { start: () => (started += 1) } as unknown as ControlSource
  const file = siteText === null ? null : new FileSource(path, loader, ports)
  const gather = (more: Partial<FirstSources>) =>
    gatherFirst({ given: null, lastGood: null, file: null, control: null, first, loader, ...more }, ports)
  return { first, file, control, path, clock, log, ports, gather, started: () => started }
}

t.test('what came with the flags asks nobody', async (t) => {
  const { first, gather, control, started } = create(t)
  const given = toldOf(TWO_PEERS, undefined, 7)
  await gather({ given, control })
  t.equal(await first.wait(), given)
  t.equal(started(), 0)
})

t.test('without a control plane the file is the truth, and its faults are faults', async (t) => {
  const good = create(t, SITE)
  await good.gather({ file: good.file })
  t.match(await good.first.wait(), { revision: 1, site: { name: 'shop' } })
  const bad = create(t, 'name: shop\nroutes: 1\n')
  await t.rejects(bad.gather({ file: bad.file }), { code: 'CONFIG_INVALID', detail: { file: bad.path } })
  await t.rejects(create(t).gather({}), { code: 'CONFIG_UNREADABLE', detail: { reason: /there is no site/ } })
})

t.test('with a control plane what it said last comes first, and the file only when it never said anything', async (t) => {
  const { first, gather, control, file, ports, log, started } = create(t, SITE)
  const lastGood = new LastGood(tempDir(t), ports.files, log)
  await gather({ control, file, lastGood })
  t.match(await first.wait(), { revision: 1 })
  t.equal(started(), 1)
  const again = create(t, SITE)
  await lastGood.keep(toldOf(TWO_PEERS, undefined, 42))
  await again.gather({ control: again.control, file: again.file, lastGood })
  t.match(await again.first.wait(), { revision: 42 })
})

t.test('an edge that has nothing waits, and says so after a while', async (t) => {
  const { first, gather, control, clock, log } = create(t)
  await gather({ control })
  t.equal(first.reached, false)
  clock.advance(4_999)
  t.equal(log.of('waiting-for-control').length, 0)
  clock.advance(1)
  t.equal(log.of('waiting-for-control').length, 1)
})

t.test('one that was told in time says nothing', async (t) => {
  const { first, gather, control, clock, log } = create(t)
  await gather({ control })
  await first.reach(toldOf(TWO_PEERS))
  clock.advance(60_000)
  t.equal(log.of('waiting-for-control').length, 0)
})
