/**
 * Why Redis gave nothing:
 * - `away`: there is no connection now, or it broke before the reply;
 * - `full`: too much is unanswered already, so nothing was sent;
 * - `late`: no reply within the time given; what comes later is thrown away;
 * - `refused`: Redis said no, with this error code (WRONGTYPE, OOM, NOAUTH, LOADING …).
 */
export type NoReply =
  | { readonly ok: false; readonly why: 'away' | 'full' | 'late' }
  | { readonly ok: false; readonly why: 'refused'; readonly code: string }

/** What came of a command. Redis being away is expected, so it is a value. */
export type Reply<T> = { readonly ok: true; readonly value: T } | NoReply
