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
  const sending = respond(answer, x)
  const sent: Sent = isPromise(sending) ? await sending : sending
  log(answer, sent, x)
}
