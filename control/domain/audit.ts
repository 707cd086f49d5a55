// The audit: one record for every write. It is stored in the same transaction as the write, so neither is there without the other.

/** What a write did, as the audit names it. */
export type AuditAction =
  | 'site.publish'
  | 'site.rollback'
  | 'draft.save'
  | 'draft.drop'
  | 'switch.set'
  | 'switch.clear'
  | 'override.set'
  | 'override.clear'
  | 'traffic.set'
  | 'traffic.clear'
  | 'shift.start'
  | 'shift.step'
  | 'shift.pause'
  | 'shift.resume'
  | 'shift.done'
  | 'shift.return'
  | 'peer.drain'
  | 'peer.restore'
  | 'purge.append'
  | 'endpoints.accept'
  | 'endpoints.refuse'
  | 'token.make'
  | 'token.drop'

/** Who wrote, from where, and under which request. */
export interface Actor {
  /** The name of the token, or `weir` for what the control plane does by itself. */
  readonly name: string
  /** The address that the request came from; empty for the control plane itself. */
  readonly address: string
  readonly requestId: string
}

/** One write: who, when, from where, what changed, and why. */
export interface AuditEntry {
  readonly atMs: number
  readonly actor: string
  readonly address: string
  readonly requestId: string
  readonly action: AuditAction
  /** What it was done to: a revision, a switch, a limit, a token. */
  readonly subject: string
  /** Why, as the actor said it. */
  readonly reason: string
  /** What changed, small enough to be read: never a whole site, never a secret. */
  readonly change: Readonly<Record<string, unknown>>
}

/** An entry as it is kept: `id` grows with every write. */
export interface AuditRecord extends AuditEntry {
  readonly id: number
}

/** What was done, without who did it and when. */
export type Deed = Pick<AuditEntry, 'action' | 'subject' | 'reason' | 'change'>

/** The entry of a deed. */
export function auditEntry(actor: Actor, deed: Deed, nowMs: number): AuditEntry {
  return { atMs: nowMs, actor: actor.name, address: actor.address, requestId: actor.requestId, ...deed }
}

/** The control plane as an actor, for what happens without a request. */
export const ITSELF: Actor = Object.freeze({ name: 'weir', address: '', requestId: '' })
