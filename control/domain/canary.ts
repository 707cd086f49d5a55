// Whether a group fares worse than the control group, by what their pools answered. Pure.
//
// Two questions, each answered only when it is sure beyond chance: is the share of failures higher by more than is allowed (a test of two
// proportions with the correction of Agresti and Caffo [1]), and is a quantile of the times longer by more than is allowed (bounds of a
// quantile by its rank [2], which hold for any distribution). What looks worse without being sure is doubtful: it neither goes on nor back.
// It is asked again with every beat, so the bounds are three standard errors wide.
// [1] A. Agresti, B. Caffo: Simple and effective confidence intervals for proportions, The American Statistician 2000.
// [2] W. J. Conover: Practical Nonparametric Statistics, 3rd ed., section 3.2.

import { quantileOf } from '../../edge/base/log-buckets.ts'
import type { CanaryConfig } from '../../edge/contract/traffic.ts'

/** Standard errors. */
const SURE = 3
/** Nobody feels less, and it is what a busy machine adds by itself. */
const FELT_MS = 5

/** What was counted of a group. */
export interface Tally {
  readonly requests: number
  readonly failures: number
  /** By bucket, see `bucketOf`. */
  readonly times: readonly number[]
}

/** Nothing was counted. */
export const NO_TALLY: Tally = Object.freeze({ requests: 0, failures: 0, times: [] })

/** What may be worse by how much. */
export type CanaryLimits = Pick<CanaryConfig, 'minRequests' | 'maxErrorRatioMore' | 'maxLatencyRatio' | 'latencyQuantile'>

/** What the figures say. */
export interface Verdict {
  readonly kind: 'too-few' | 'well' | 'doubtful' | 'worse'
  /** In a sentence, for operators. */
  readonly because: string
}

/** What was counted of one and another time together. */
export function plus(one: Tally, other: Tally): Tally {
  const length = Math.max(one.times.length, other.times.length)
  const times = Array.from({ length }, (_, bucket) => (one.times[bucket] ?? 0) + (other.times[bucket] ?? 0))
  return { requests: one.requests + other.requests, failures: one.failures + other.failures, times }
}

/** How a group fares beside the control group. */
export function judge(group: Tally, control: Tally, limits: CanaryLimits): Verdict {
  const { minRequests } = limits
  if (group.requests < minRequests)
    return { kind: 'too-few', because: `${group.requests} of ${minRequests} requests that it takes to judge` }
  if (control.requests < minRequests) {
    return { kind: 'too-few', because: `the control group has ${control.requests} of ${minRequests} requests that it takes to compare` }
  }
  const verdicts = [byErrors(group, control, limits), byTimes(group, control, limits)]
  return verdicts.find(({ kind }) => kind === 'worse') ?? verdicts.find(({ kind }) => kind === 'doubtful') ?? verdicts[0]!
}

function byErrors(group: Tally, control: Tally, { maxErrorRatioMore }: CanaryLimits): Verdict {
  const because = `${shareText(group)} failed, beside ${shareText(control)} in the control group; ${percentText(maxErrorRatioMore)} more is allowed`
  const [ofGroup, ofControl] = [adjusted(group), adjusted(control)]
  const error = Math.sqrt(ofGroup.variance + ofControl.variance)
  if (ofGroup.ratio - ofControl.ratio - maxErrorRatioMore > SURE * error) return { kind: 'worse', because }
  const seems = group.failures / group.requests - control.failures / control.requests > maxErrorRatioMore
  return { kind: seems ? 'doubtful' : 'well', because }
}

function adjusted({ failures, requests }: Tally): { readonly ratio: number; readonly variance: number } {
  const ratio = (failures + 1) / (requests + 2)
  return { ratio, variance: (ratio * (1 - ratio)) / (requests + 2) }
}

function byTimes(group: Tally, control: Tally, { maxLatencyRatio, latencyQuantile }: CanaryLimits): Verdict {
  const at = (tally: Tally, errors: number) => {
    const error = Math.sqrt((latencyQuantile * (1 - latencyQuantile)) / tally.requests)
    return quantileOf(tally.times, latencyQuantile + errors * error) ?? 0
  }
  const slower = (ofGroup: number, ofControl: number) => ofGroup > maxLatencyRatio * ofControl && ofGroup - ofControl > FELT_MS
  const [ofGroup, ofControl] = [at(group, 0), at(control, 0)]
  const name = `p${Number((latencyQuantile * 100).toFixed(1))}`
  const because = `its ${name} is ${msText(ofGroup)}, beside ${msText(ofControl)} in the control group; ${maxLatencyRatio} times is allowed`
  if (slower(at(group, -SURE), at(control, SURE))) return { kind: 'worse', because }
  return { kind: slower(ofGroup, ofControl) ? 'doubtful' : 'well', because }
}

function shareText({ failures, requests }: Tally): string {
  return `${percentText(failures / requests)} of ${requests} requests`
}

function percentText(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`
}

function msText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}
