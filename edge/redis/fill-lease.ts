import type { RedisPort } from './redis-port.ts'
import type { Reply } from './reply.ts'
import type { Script } from './script.ts'

/** How a fetch ended, as the other edges are told. */
export type FillEnded = 'stored' | 'uncacheable' | 'failed'

/** What the lease of an answer says to who asks for it; `number` grows from fetch to fetch. */
export type LeaseState = { readonly state: 'taken' | 'held' | FillEnded; readonly number: number }

/** Who asks for a lease. */
export interface LeaseClaim {
  /** The key of the lease. */
  readonly key: string
  /** Text that nobody else has. */
  readonly token: string
}

const STATES: ReadonlySet<string> = new Set(['taken', 'held', 'stored', 'uncacheable', 'failed'])

/**
 * Takes the lease of an answer, unless somebody has it, or has just had it. Gives up after the time for lookups. Never rejects.
 * @param after number of the last fetch whose outcome is of no use; 0 without one
 */
export async function takeFill(
  redis: RedisPort,
  script: Script,
  { key, token }: LeaseClaim,
  terms: { readonly leaseMs: number; readonly after: number },
): Promise<Reply<LeaseState>> {
  const reply = await redis.ask(script, key, ['take', token, terms.leaseMs, terms.after])
  if (!reply.ok) return reply
  const [state, number] = Array.isArray(reply.value) ? reply.value.map(String) : []
  // What the script cannot have said is read as no lease: whoever asks goes on without one.
  if (state === undefined || !STATES.has(state)) return { ok: false, why: 'refused', code: 'UNREADABLE' }
  return { ok: true, value: { state: state as LeaseState['state'], number: Number(number) || 0 } }
}

/** Keeps the lease for longer, if it is still held. Never rejects. @param leaseMs from now on */
export async function holdFill(redis: RedisPort, script: Script, { key, token }: LeaseClaim, leaseMs: number): Promise<Reply<unknown>> {
  return redis.run(script, key, ['hold', token, leaseMs, 0])
}

/** Ends the lease, if it is still held, and says how the fetch ended. Never rejects. @param keepMs how long that is told */
export async function endFill(
  redis: RedisPort,
  script: Script,
  { key, token }: LeaseClaim,
  end: { readonly outcome: FillEnded; readonly keepMs: number },
): Promise<Reply<unknown>> {
  return redis.run(script, key, ['end', token, end.keepMs, end.outcome])
}
