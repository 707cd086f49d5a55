// What the edges made of a change, in one line.

import { formatDurationMs } from '../../edge/contract/units.ts'
import type { Confirmation } from '../push/ack-waits.ts'
import { counted } from './report.ts'

/** How long commands wait for the edges when nobody says. */
export const DEFAULT_WAIT_MS = 5_000
/** What a call may take beside the wait it asks for. */
export const WAIT_SLACK_MS = 5_000

/** The flag of commands that wait for the edges. */
export const WAIT_FLAG = { wait: { value: 'DURATION', help: 'how long to wait for the edges (5s; 0s does not wait)' } } as const

/** `serving on 2/2 edges after 84 ms`, with what to do when not all of them are. @param state what they are when they acked */
export function confirmationText(edges: Confirmation, state: string): string {
  if (edges.of === 0) return 'stands; no edge is connected, each takes it when it connects'
  const text = `${state} on ${edges.acked}/${counted(edges.of, 'edge')} after ${formatDurationMs(edges.afterMs)}`
  if (edges.nacked > 0) return `${text}; ${counted(edges.nacked, 'edge')} refused it and goes on with what it had`
  return edges.acked === edges.of ? text : `${text}; \`weir edges\` shows the others`
}

/** The problems that edges answered with, one line each. */
export function edgeProblemLines(edges: Confirmation): string[] {
  return (edges.problems ?? []).flatMap(({ edgeId, problems }) =>
    problems.map(({ pointer, message }) => `${edgeId}  ${pointer === '' ? '/' : pointer}  ${message}`),
  )
}
