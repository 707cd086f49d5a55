// `weir canary`: a new version gets its share step by step, and loses it by itself when it fares worse.

import { usageError } from './cli-error.ts'
import type { Command } from './command.ts'
import { WAIT_FLAG } from './confirmation.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { actOnShift, fetchTraffic, listShifts, oneRoute, reasonOf, SHIFT_ACTS } from './shift-acts.ts'
import { changeBoard } from './standing.ts'

/** The command `canary`. */
export const canary: Command = {
  name: 'canary',
  summary: 'grow the share of a new version step by step, and return it',
  usage: ['canary start ROUTE --reason TEXT', 'canary pause|resume|advance|return ROUTE [--reason TEXT]', 'canary list'],
  flags: { reason: { value: 'TEXT', help: 'why, for who reads it at night' }, ...WAIT_FLAG, ...CONTROL_FLAGS },
  examples: ['canary start shop --reason "version 2"', 'canary list', 'canary return shop --reason "wrong prices"'],
  async run(call) {
    const [verb, ...words] = call.args
    if (verb === 'list' && words.length === 0) {
      const { shifts } = await fetchTraffic(call)
      const judged = shifts.filter(({ limits }) => limits !== null)
      return listShifts(call, judged, 'no canary stands; `weir canary start ROUTE` starts one')
    }
    if (verb === 'start') {
      const route = oneRoute('canary start', words)
      const body = { kind: 'canary', reason: reasonOf(call) }
      return changeBoard(
        call,
        { method: 'POST', path: `/v1/shifts/${encodeURIComponent(route)}`, body },
        `the canary of ${route} is at its first step`,
      )
    }
    if (verb !== undefined && Object.hasOwn(SHIFT_ACTS, verb)) return actOnShift(call, verb, oneRoute(`canary ${verb}`, words))
    throw usageError('canary takes start, pause, resume, advance, return or list: weir canary start ROUTE --reason "…"')
  },
}
