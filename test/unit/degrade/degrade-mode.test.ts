import t from 'tap'
import type { ClientClass } from '../../../edge/contract/client.ts'
import type { DegradeMode, Mode } from '../../../edge/contract/degrade.ts'
import { EMPTY_SWITCHBOARD } from '../../../edge/contract/switchboard.ts'
import { degradeMode } from '../../../edge/degrade/degrade-mode.ts'
import { compileSwitches, type SwitchIndex } from '../../../edge/degrade/switch-index.ts'

const NOW_MS = 1_000_000
const none = compileSwitches(EMPTY_SWITCHBOARD)
const switchedTo = (mode: DegradeMode): SwitchIndex => {
  const entry = {
    id: 'sale',
    routes: [],
    clients: 'all' as const,
    mode,
    owner: 'ada',
    reason: 'a test',
    setAtMs: 1,
    expiresAtMs: NOW_MS + 1,
  }
  return compileSwitches({ seq: 1, switches: [entry], overrides: [] })
}
const modeOf = (clientClass: ClientClass, plan: Mode, switches: SwitchIndex) =>
  degradeMode(
    { routeId: 'cart', clientClass, config: { degrade: { crawlers: plan, whenDown: [], staticEveryMs: 0, retryAfterMs: 5_000 } } },
    switches,
    NOW_MS,
  )

t.test('the plan of a route is for crawlers only', async (t) => {
  for (const plan of ['normal', 'cache-only', 'fallback', 'closed'] as const) {
    t.same(modeOf('crawler', plan, none), { mode: plan, by: null })
    t.same(modeOf('person', plan, none), { mode: 'normal', by: null })
  }
})

t.test('the severer of plan and switch stands', async (t) => {
  const planned = modeOf('crawler', 'closed', switchedTo('fallback'))
  t.same(planned, { mode: 'closed', by: null })
  const switched = modeOf('crawler', 'cache-only', switchedTo('fallback'))
  t.match(switched, { mode: 'fallback', by: { id: 'sale' } })
})

t.test('where both say the same, the switch is named', async (t) => {
  t.match(modeOf('crawler', 'fallback', switchedTo('fallback')), { mode: 'fallback', by: { id: 'sale' } })
})

t.test('people are served as the switch says', async (t) => {
  t.match(modeOf('person', 'closed', switchedTo('cache-only')), { mode: 'cache-only', by: { id: 'sale' } })
})
