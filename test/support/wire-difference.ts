import type { NodeMessage, NodeReading } from './node-parser.ts'
import type { Reading, ReadMessage } from './wire-reading.ts'

/** Where our reading of some bytes and that of node part, if they do. */
export type Difference = { readonly kind: 'none'; readonly messages: number } | Parting

/** What parts two readings. */
export interface Parting {
  /**
   * stricter: we refuse what node takes, or still waits for; looser: node refuses what we take; other: both take it, and not for the
   * same.
   */
  readonly kind: 'stricter' | 'looser' | 'other'
  /** Our rule, the code of node, or the part that differs. */
  readonly name: string
  /** How many messages were read the same before. */
  readonly messages: number
}

/** What the heads of both kinds have. */
export interface ReadHead {
  readonly version: string
  readonly raw: readonly string[]
  readonly persistent: boolean
}

/** Compares message by message, up to the first difference. @param line what differs in the first lines, or null */
export function differenceOf<H extends ReadHead>(
  ours: Reading<H>,
  node: NodeReading,
  line: (ours: H, node: NodeMessage) => string | null,
): Difference {
  for (let i = 0; ; i++) {
    const mine = ours.messages[i]
    const theirs = node.messages[i]
    if (mine === undefined || theirs === undefined) return atHead(ours, node, mine !== undefined, theirs !== undefined, i)
    const name = line(mine.head, theirs) ?? fieldsDifference(mine.head, theirs)
    if (name !== null) return { kind: 'other', name, messages: i }
    if (mine.head.persistent !== theirs.persistent)
      return { kind: mine.head.persistent ? 'looser' : 'stricter', name: 'persistent', messages: i }
    // Node leaves what follows to another protocol, a body among it.
    if (theirs.method === 'CONNECT') return NONE(i + 1)
    if (mine.endsAt === null || !theirs.whole) return inBody(ours, node, mine, theirs, i)
    if (mine.body !== theirs.body) return { kind: 'other', name: 'body', messages: i }
    if (!mine.head.persistent || theirs.upgrade) return NONE(i + 1)
  }
}

const NONE = (messages: number): Difference => ({ kind: 'none', messages })

/** One of the two has no further head. */
function atHead(ours: Reading<ReadHead>, node: NodeReading, hasMine: boolean, hasTheirs: boolean, messages: number): Difference {
  if (!hasMine && ours.rule !== null && (hasTheirs || node.refusal === null)) return { kind: 'stricter', name: ours.rule, messages }
  if (hasMine && node.refusal !== null) return { kind: 'looser', name: node.refusal, messages }
  // Who waits has taken nothing yet.
  return hasMine === hasTheirs
    ? NONE(messages)
    : { kind: 'other', name: `only ${hasMine ? 'we read' : 'node reads'} a head here`, messages }
}

/** One of the two has not come to the end of this body. */
function inBody(
  ours: Reading<ReadHead>,
  node: NodeReading,
  mine: ReadMessage<ReadHead>,
  theirs: NodeMessage,
  messages: number,
): Difference {
  const mineIsWhole = mine.atEnd === 'whole'
  const isOurRefusal = !mineIsWhole && ours.rule !== null
  // What is wrong with a body that comes with an upgrade, node keeps to itself.
  if (isOurRefusal && theirs.upgrade) return NONE(messages)
  const isTheirRefusal = !theirs.whole && node.refusal !== null
  if (isOurRefusal && isTheirRefusal) return NONE(messages)
  if (isOurRefusal) return { kind: 'stricter', name: ours.rule!, messages }
  // What breaks a rule of trailers only when they are whole is told when they are whole; payload that node has not taken is no waiting.
  if (isTheirRefusal && !mineIsWhole && mine.body === theirs.body) return NONE(messages)
  if (isTheirRefusal) return { kind: 'looser', name: node.refusal!, messages }
  if (mineIsWhole !== theirs.whole) return { kind: 'other', name: `only ${mineIsWhole ? 'we end' : 'node ends'} this body here`, messages }
  return mine.body === theirs.body ? NONE(messages) : { kind: 'other', name: 'body', messages }
}

function fieldsDifference(mine: ReadHead, theirs: NodeMessage): string | null {
  if (mine.version !== theirs.version) return 'version'
  return mine.raw.length !== theirs.raw.length || mine.raw.some((part, i) => part !== theirs.raw[i]) ? 'fields' : null
}
