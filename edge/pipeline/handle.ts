// Around the line: rescue, respond, log; each exactly once per exchange, whatever happens. What is answered at once ends at once: a
// promise is made only where something is waited for.

import { isPromise } from '../base/is-promise.ts'
import type { Answer, Exchange, Sent } from './exchange.ts'
import { log } from './log.ts'
import { rescue } from './rescue.ts'
import { respond } from './respond.ts'
import { serve } from './serve.ts'

/** Serves an exchange to its end; the promise, if any, is about the rest of it. Never throws, and never rejects. */
export function handle(x: Exchange): void | Promise<void> {
  x.tools.metrics.began()
  const served = answerOf(x)
  if (!isPromise(served)) return finish(served, x)
  return served.then(
    (answer) => finish(answer, x),
    (thrown: unknown) => finish(rescue(thrown, x), x),
  )
}

function answerOf(x: Exchange): Answer | Promise<Answer> {
  try {
    return serve(x)
  } catch (thrown) {
    return rescue(thrown, x)
  }
}

function finish(answer: Answer, x: Exchange): void | Promise<void> {
  const sending = sendingOf(answer, x)
  if (!isPromise(sending)) return log(answer, sending, x)
  return sending.then(
    (sent) => log(answer, sent, x),
    (fault: unknown) => log(answer, { outcome: 'cut', bytes: 0, fault }, x),
  )
}

// A reply never throws; should one do so after all, its exchange still ends in the log and in the counts.
function sendingOf(answer: Answer, x: Exchange): Sent | Promise<Sent> {
  try {
    return respond(answer, x)
  } catch (fault) {
    return { outcome: 'cut', bytes: 0, fault }
  }
}
