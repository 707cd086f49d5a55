// The audit of the cache: how it is asked for, and what it reports. The edge makes reports, the command line reads them.

import Type from 'typebox'
import { DAY_MS, DurationMs } from './units.ts'

/** The largest sample. */
export const MAX_SAMPLE = 10_000
/** The fastest audit, in requests to origins each second. */
export const MAX_RATE_PER_S = 1_000
/** What is compared where nothing is said. */
export const DEFAULT_TERMS = { sample: 200, ratePerS: 20 } as const

/** How kept answers are compared with their origins by themselves. */
export const AuditSchema = Type.Object(
  {
    everyMs: DurationMs({
      minimum: 0,
      maximum: 30 * DAY_MS,
      default: 0,
      description: 'How often a sample of what is kept is compared with its origins; 0 is never.',
    }),
    sample: Type.Integer({ minimum: 1, maximum: MAX_SAMPLE, default: DEFAULT_TERMS.sample, description: 'Entries compared in one audit.' }),
    ratePerS: Type.Integer({
      minimum: 1,
      maximum: MAX_RATE_PER_S,
      default: DEFAULT_TERMS.ratePerS,
      description: 'Requests to origins each second, of the whole edge.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'The audit of the cache: a sample of kept answers, compared with their origins.',
  },
)
/** How kept answers are compared with their origins, defaults filled in. */
export type AuditConfig = Type.Static<typeof AuditSchema>

/** What an audit does, beside to report. */
export interface AuditTerms extends Pick<AuditConfig, 'sample' | 'ratePerS'> {
  /** `yes` forgets what is not what its origin says. */
  readonly fix: 'yes' | 'no'
}

/** What one worker audits. */
export interface AuditShare extends AuditTerms {
  /** Which of so many workers it is; each key falls to one of them. */
  readonly worker: number
  readonly workers: number
  /** How long it may take. */
  readonly deadlineMs: number
}

/** Ways in which a kept answer is not what its origin says now. */
export const DRIFTS = ['content', 'validator', 'status', 'gone', 'uncacheable'] as const
/** What came of comparing; `error` says nothing of what is kept. */
export const VERDICTS = ['same', ...DRIFTS, 'error'] as const
/** A way in which a kept answer is not what its origin says now. */
export type Drift = (typeof DRIFTS)[number]
/** What came of comparing one entry. */
export type AuditVerdict = (typeof VERDICTS)[number]

/** What an audit found in one group: the entries of one route at one host. */
export interface AuditGroup {
  readonly route: string
  readonly host: string
  /** Entries in memory. */
  held: number
  /** Entries of the sample that were looked at. */
  sampled: number
  readonly verdicts: Record<AuditVerdict, number>
  /** Entries that were not compared, by reason. */
  readonly skipped: Record<string, number>
  /** Drifted entries that were forgotten. */
  fixed: number
  /** A few that drifted. */
  readonly examples: { readonly url: string; readonly drift: Drift }[]
}

/** What an audit found. */
export interface AuditReport {
  /** `whole`, or why it ended before that: whoever asked went away, or it took too long. */
  readonly ended: 'whole' | 'stopped' | 'late'
  readonly groups: readonly AuditGroup[]
}

/** How far an audit is. */
export interface AuditProgress {
  readonly done: number
  readonly of: number
  readonly drifted: number
}

/** A line of the answer to whoever asked for an audit. */
export type AuditLine = ({ readonly type: 'progress' } & AuditProgress) | { readonly type: 'report'; readonly report: AuditReport }
