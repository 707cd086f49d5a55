import { HASHING } from './balance.ts'
import type { PoolConfig } from './pool.ts'
import type { Problem } from './problem.ts'

/** The problems of how a pool chooses: rules that its balancer would not follow. @param pointer of the pool */
export function* checkBalance(pointer: string, pool: PoolConfig): Generator<Problem> {
  if (HASHING.has(pool.balance)) return
  for (const name of ['maxLoadFactor', 'hotKeySpread'] as const) {
    if (pool[name] === undefined) continue
    yield { pointer: `${pointer}/${name}`, message: `does nothing with ${pool.balance}; it needs consistent-hash, ketama or maglev` }
  }
}
