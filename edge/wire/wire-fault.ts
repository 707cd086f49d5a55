// Why a message was refused: the rule that it broke, where that rule is written, and what its sender is told.

import type { ErrorCode } from '../contract/errors.ts'

/** A refusal. One object per rule, made once: what is expected on the wire is a value, not a throw. */
export class WireFault {
  /** The name of the rule, e.g. `bare-lf`; docs/wire.md lists them all. */
  readonly rule: string
  /** What the client of a request is told. An answer that breaks a rule is UPSTREAM_INVALID whatever stands here. */
  readonly code: ErrorCode
  /** Where it is written, e.g. `RFC 9112 §2.2`. */
  readonly section: string
  /** What is refused, and which attack or confusion it stops; one sentence. */
  readonly why: string

  constructor(rule: string, code: ErrorCode, section: string, why: string) {
    this.rule = rule
    this.code = code
    this.section = section
    this.why = why
  }
}
