import t from 'tap'
import { afterCheck, firstHealth, type HealthRule, type HealthState } from '../../../edge/health/health-state.ts'

const RULE: HealthRule = { healthyAfter: 2, unhealthyAfter: 3, initial: 'healthy' }

/** The healths after each check of a text such as `+--`. */
function follow(checks: string, rule: HealthRule): string {
  let state: HealthState = firstHealth(rule)
  return [...checks]
    .map((check) => {
      state = afterCheck(state, check === '+' ? 'passed' : 'failed', rule)
      return state.health === 'healthy' ? 'h' : 'u'
    })
    .join('')
}

t.test('it takes failures in a row to take a peer out, and passes in a row to bring it back', async (t) => {
  t.equal(follow('---++', RULE), 'hhuuh')
  t.equal(follow('--+--+---', RULE), 'hhhhhhhhu', 'a pass between begins anew')
  t.equal(follow('---+-+-++', RULE), 'hhuuuuuuh', 'a failure between as well')
})

t.test('a peer that begins as unhealthy is taken in by its first pass, and not by a first one that failed', async (t) => {
  const rule = { ...RULE, initial: 'unhealthy' } as const
  t.equal(firstHealth(rule).health, 'unhealthy')
  t.equal(follow('+', rule), 'h')
  t.equal(follow('-+', rule), 'uu')
  t.equal(follow('-++', rule), 'uuh')
})

t.test('a threshold of one believes each check', async (t) => {
  t.equal(follow('-+-+', { healthyAfter: 1, unhealthyAfter: 1, initial: 'healthy' }), 'uhuh')
})
