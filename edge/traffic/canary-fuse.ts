// An edge by itself sends nobody to a new version that plainly fails: the control plane decides about a canary, but it may be away.
//
// Coarse on purpose: half of some fifty requests must fail where the control group fares well, so that what the control plane would judge finely
// is left to it. Blown, it stays so for the shares under which it blew; other shares are a new decision of somebody. One per worker.

/** Requests that it takes. */
const ENOUGH = 50
/** From which share of failures on a version plainly fails, and up to which one it fares well. */
const PLAIN = 0.5
const WELL = 0.1

/** What was counted lately. */
export interface Recent {
  readonly requests: number
  readonly failures: number
}

/** Whether a group plainly fails beside the control group. */
export function plainlyFails(group: Recent, control: Recent): boolean {
  if (group.requests < ENOUGH || control.requests < ENOUGH) return false
  return group.failures >= PLAIN * group.requests && control.failures <= WELL * control.requests
}

/** The fuse of a group that is a canary. */
export class CanaryFuse {
  #blown: { readonly under: readonly number[]; readonly because: string } | null = null

  /** Blows it, for as long as these shares stand. */
  blow(shares: readonly number[], because: string): void {
    this.#blown = { under: shares, because }
  }

  /** Why it blew; null when it is whole, which other shares than those that it blew under make it. */
  why(shares: readonly number[]): string | null {
    if (this.#blown === null) return null
    const { under, because } = this.#blown
    if (shares.length === under.length && shares.every((share, index) => share === under[index])) return because
    this.#blown = null
    return null
  }
}
