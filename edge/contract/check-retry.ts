// Whether the numbers of a pool's retries agree, and its deadline has a field of its own.

import type { PoolConfig } from './pool.ts'
import type { Problem } from './problem.ts'

/** Fields that frame a message or that we write ourselves: a number of ms in one of them would be taken for something else. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'keep-alive', 'expect'],
  ...['via', 'cdn-loop', 'forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip'],
  ...['traceparent', 'tracestate', 'x-request-id', 'cookie', 'authorization'],
])

/** The problems of how a pool asks again. */
export function* checkRetry(pointer: string, { retry, deadlineField }: PoolConfig): Generator<Problem> {
  if (retry.backoffBaseMs > retry.backoffMaxMs) {
    yield {
      pointer: `${pointer}/retry/backoffBaseMs`,
      message: `must be at most backoffMaxMs, which is ${retry.backoffMaxMs} (ms); it is ${retry.backoffBaseMs}`,
    }
  }
  if (deadlineField !== undefined && TAKEN.has(deadlineField.toLowerCase())) {
    yield {
      pointer: `${pointer}/deadlineField`,
      message: `${deadlineField} means something else to peers; take a name of its own, such as X-Deadline-Ms`,
    }
  }
}
