// Reports of audits, while they are made and added up.

import { type AuditGroup, type AuditReport, type AuditVerdict, DRIFTS, type Drift, VERDICTS } from './audit.ts'

/** Examples in a group. */
const MAX_EXAMPLES = 10

/** An empty group. */
export function newGroup(route: string, host: string): AuditGroup {
  const verdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<AuditVerdict, number>
  return { route, host, held: 0, sampled: 0, verdicts, skipped: {}, fixed: 0, examples: [] }
}

/** Whether a verdict says that a kept answer is not what its origin says. */
export function isDrift(verdict: AuditVerdict): verdict is Drift {
  return (DRIFTS as readonly string[]).includes(verdict)
}

/** Counts an entry that was compared. */
export function countVerdict(group: AuditGroup, verdict: AuditVerdict, url: string): void {
  group.sampled += 1
  group.verdicts[verdict] += 1
  if (isDrift(verdict) && group.examples.length < MAX_EXAMPLES) group.examples.push({ url, drift: verdict })
}

/** Counts an entry that was not compared. */
export function countSkipped(group: AuditGroup, reason: string, count = 1): void {
  group.sampled += count
  group.skipped[reason] = (group.skipped[reason] ?? 0) + count
}

/** Entries that drifted. */
export function driftedIn(groups: readonly AuditGroup[]): number {
  return sumOf(groups, ({ verdicts }) => DRIFTS.reduce((sum, drift) => sum + verdicts[drift], 0))
}

/** The part of those compared that drifted, 0..1; null when none was compared. */
export function driftRatio(groups: readonly AuditGroup[]): number | null {
  const drifted = driftedIn(groups)
  const compared = drifted + sumOf(groups, ({ verdicts }) => verdicts.same)
  return compared === 0 ? null : drifted / compared
}

/** A sum over groups. */
export function sumOf(groups: readonly AuditGroup[], part: (group: AuditGroup) => number): number {
  return groups.reduce((sum, group) => sum + part(group), 0)
}

/** Reports of several workers as one: groups of one route and host are one, in the order of these. */
export function addedUp(reports: readonly AuditReport[]): AuditReport {
  const groups = new Map<string, AuditGroup>()
  for (const from of reports.flatMap((report) => report.groups)) {
    const name = `${from.route} ${from.host}`
    const to = groups.get(name) ?? newGroup(from.route, from.host)
    groups.set(name, to)
    to.held += from.held
    to.sampled += from.sampled
    to.fixed += from.fixed
    for (const verdict of VERDICTS) to.verdicts[verdict] += from.verdicts[verdict]
    for (const [reason, count] of Object.entries(from.skipped)) to.skipped[reason] = (to.skipped[reason] ?? 0) + count
    to.examples.push(...from.examples.slice(0, MAX_EXAMPLES - to.examples.length))
  }
  const ended = reports.map((report) => report.ended).find((end) => end !== 'whole') ?? 'whole'
  return { ended, groups: [...groups.values()].sort((a, b) => (a.route + a.host < b.route + b.host ? -1 : 1)) }
}
