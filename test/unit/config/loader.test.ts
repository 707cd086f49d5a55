import t from 'tap'
import type { Told } from '../../../edge/config/compile.ts'
import { Loader, type LoaderTarget } from '../../../edge/config/loader.ts'
import { digestOf } from '../../../edge/contract/canonical-json.ts'
import type { Publication } from '../../../edge/contract/publication.ts'
import type { Switchboard } from '../../../edge/contract/switchboard.ts'
import { TWO_PEERS, toldOf } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

/** A target that notes what it is handed. */
class Target implements LoaderTarget {
  readonly applied: { readonly told: Told; readonly part: string }[] = []
  readonly kept: Told[] = []
  trial: string | null = null
  /** What the next applications come to, in turn; then all is well. */
  outcomes: (string | Error | null)[] = []
  gate: Promise<void> = Promise.resolve()

  tryCompile(): string | null {
    return this.trial
  }

  async apply(told: Told, part: 'all' | 'switches' | 'endpoints'): Promise<string | null> {
    await this.gate
    this.applied.push({ told, part })
    const outcome = this.outcomes.shift() ?? null
    if (outcome instanceof Error) throw outcome
    return outcome
  }

  keep(told: Told): void {
    this.kept.push(told)
  }
}

function made() {
  const target = new Target()
  const ports = { clock: new ManualClock(), log: new RecordingLog(), metrics: new RecordingMetrics() }
  return { target, loader: new Loader(target, ports), ...ports }
}

const SWITCHES: Switchboard = { seq: 5, switches: [], overrides: [] }

function publication(revision: number, site: unknown = TWO_PEERS, digest = digestOf(site)): Publication {
  return { revision, digest, publishedAtMs: 1, author: 'a', note: '', site: site as Publication['site'] }
}

t.test('a good site is put in force everywhere, then kept, then told', async (t) => {
  const { target, loader, metrics, clock } = made()
  t.same(await loader.publication(publication(3)), [])
  t.match(target.applied, [{ part: 'all', told: { revision: 3 } }])
  t.equal(target.kept[0], target.applied[0]!.told)
  t.equal(loader.told, target.kept[0])
  t.equal(metrics.value('weir_config_revision'), 3)
  t.equal(metrics.value('weir_config_swaps_total', ['taken']), 1)
  t.equal(metrics.value('weir_config_applied_timestamp_seconds'), clock.wallMs() / 1_000)
})

t.test('a site from a file counts on from what is in force', async (t) => {
  const { loader } = made()
  await loader.site(TWO_PEERS)
  t.equal(loader.told?.revision, 1)
  await loader.publication(publication(7))
  await loader.site(TWO_PEERS)
  t.equal(loader.told?.revision, 8)
})

t.test('a bad one is refused with every problem, at whatever gate, and the running one stays', async (t) => {
  const { target, loader, log, metrics } = made()
  await loader.publication(publication(1))
  const running = loader.told
  const badSchema = await loader.publication(publication(2, { routes: { all: { pool: 5 } }, more: 1 }))
  t.ok(badSchema.length >= 2)
  t.match(await loader.publication(publication(2, { routes: { all: { pool: 'gone' } } })), [{ pointer: '/routes/all/pool' }])
  t.match(await loader.publication(publication(2, TWO_PEERS, 'f'.repeat(64))), [{ pointer: '/digest' }])
  target.trial = 'cannot be compiled: RangeError'
  t.match(await loader.publication(publication(2)), [{ pointer: '', message: 'cannot be compiled: RangeError' }])
  t.equal(loader.told, running)
  t.equal(target.applied.length, 1)
  t.equal(target.kept.length, 1)
  t.equal(metrics.value('weir_config_swaps_total', ['refused']), 4)
  t.equal(log.of('config-refused').length, 4)
})

t.test('what has no digest at all is refused, not thrown', async (t) => {
  let deep: unknown = 1
  for (let i = 0; i < 100; i++) deep = [deep]
  const { loader } = made()
  t.match(await loader.publication(publication(1, { name: deep }, 'f'.repeat(64))), [{ pointer: '/site' }])
})

t.test('one that fails at a worker is taken back everywhere', async (t) => {
  for (const failure of ['cannot be compiled', new Error('the worker ended')]) {
    const { target, loader } = made()
    await loader.publication(publication(1))
    const running = loader.told
    target.outcomes = [failure]
    t.match(await loader.publication(publication(2)), [{ pointer: '', message: failure instanceof Error ? /worker ended/ : failure }])
    t.match(
      target.applied.map(({ told, part }) => [told.revision, part]),
      [
        [1, 'all'],
        [2, 'all'],
        [1, 'all'],
      ],
    )
    t.equal(loader.told, running)
    t.equal(target.kept.length, 1)
  }
})

t.test('one that cannot even be taken back says so loudly', async (t) => {
  const { target, loader, log } = made()
  await loader.publication(publication(1))
  target.outcomes = ['no', 'no again']
  await loader.switchboard(SWITCHES)
  t.match(log.of('config-not-restored'), [{ level: 'error', revision: 1, problem: 'no again' }])
})

t.test('switches and endpoints change alone, and are kept with the site', async (t) => {
  const { target, loader, metrics } = made()
  await loader.publication(publication(1))
  t.same(await loader.switchboard(SWITCHES), [])
  t.same(await loader.endpoints({ seq: 9, services: [] }), [])
  t.same(
    target.applied.map(({ part }) => part),
    ['all', 'switches', 'endpoints'],
  )
  t.match(target.kept.at(-1), { revision: 1, switchboard: { seq: 5 }, endpoints: { seq: 9 } })
  t.equal(metrics.value('weir_switch_seq'), 5)
  t.equal(metrics.value('weir_endpoint_seq'), 9)
  await loader.publication(publication(2))
  t.match(loader.told, { revision: 2, switchboard: { seq: 5 }, endpoints: { seq: 9 } }, 'a new site leaves them standing')
})

t.test('switches that come before any site are in force with the first', async (t) => {
  const { target, loader } = made()
  t.same(await loader.switchboard(SWITCHES), [])
  t.same(await loader.endpoints({ seq: 9, services: [] }), [])
  t.equal(loader.told, null)
  t.same(target.applied, [])
  await loader.publication(publication(1))
  t.match(target.applied, [{ part: 'all', told: { switchboard: { seq: 5 }, endpoints: { seq: 9 } } }])
})

t.test('changes are taken one after the other, and what is told is what is in force', async (t) => {
  const { target, loader } = made()
  let open = () => {}
  target.gate = new Promise((resolve) => {
    open = resolve
  })
  const all = [loader.publication(publication(1)), loader.switchboard(SWITCHES), loader.publication(publication(2))]
  t.equal(loader.told, null)
  open()
  await Promise.all(all)
  t.match(
    target.applied.map(({ told, part }) => [part, told.revision, told.switchboard.seq]),
    [
      ['all', 1, 0],
      ['switches', 1, 5],
      ['all', 2, 5],
    ],
  )
})

t.test('what an earlier run kept is the beginning', async (t) => {
  const { loader, target, metrics } = made()
  loader.begin(toldOf(TWO_PEERS, SWITCHES, 12))
  t.match(loader.told, { revision: 12 })
  t.equal(metrics.value('weir_config_revision'), 12)
  await loader.switchboard({ ...SWITCHES, seq: 6 })
  t.match(target.applied, [{ part: 'switches', told: { revision: 12, switchboard: { seq: 6 } } }])
})
