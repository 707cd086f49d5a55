// Around the line: rescue, respond, log; each exactly once per exchange, whatever happens.

import { isPromise } from '../base/is-promise.ts'
import type { Answer, Exchange, Sent } from './exchange.ts'
import { log } from './log.ts'
import { rescue } from './rescue.ts'
import { respond } from './respond.ts'
import { serve } from './serve.ts'

/** Serves an exchange to its end. Never throws. */
export async function handle(x: Exchange): Promise<void> {
  x.tools.metrics.began()
  let answer: Answer
  try {
    answer = await serve(x)
  } catch (thrown) {
    answer = rescue(thrown, x)
  }
  let sent: Sent
  try {
    const sending = respond(answer, x)
    sent = isPromise(sending) ? await sending : sending
  } catch (fault) {
    // A reply never throws; should one do so after all, its exchange still ends in the log and in the counts.
    sent = { outcome: 'cut', bytes: 0, fault }
  }
  log(answer, sent, x)
}
