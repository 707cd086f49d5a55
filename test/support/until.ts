/** What `until` waits for and how long; times in ms. */
export interface UntilOptions {
  /** Completes the sentence "waited N ms in vain for …", e.g. `redis to answer PING`. */
  readonly what: string
  /** Gives up after this long; 20,000 by default: who waits for what comes loses nothing by patience, and a busy machine may need it. */
  readonly deadlineMs?: number
  /** Pause between two looks; 10 by default. */
  readonly everyMs?: number
}

/**
 * The first truthy answer of `check`, asked again and again until the deadline.
 * A throw counts as "not yet" and is quoted if nothing better comes.
 * @throws Error with a sentence that says what was waited for and what was seen last
 */
export async function until<T>(check: () => T | Promise<T>, options: UntilOptions): Promise<T> {
  const { what, deadlineMs = 20_000, everyMs = 10 } = options
  const giveUpAtMs = performance.now() + deadlineMs
  for (;;) {
    const seen = await look(check)
    if (seen.kind === 'value' && seen.value) return seen.value
    if (performance.now() >= giveUpAtMs) throw inVain(what, deadlineMs, seen)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

type Seen<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'thrown'; readonly cause: unknown }

async function look<T>(check: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    return { kind: 'value', value: await check() }
  } catch (cause) {
    return { kind: 'thrown', cause }
  }
}

function inVain<T>(what: string, deadlineMs: number, last: Seen<T>): Error {
  if (last.kind === 'value') return new Error(`waited ${deadlineMs} ms in vain for ${what}; last seen: ${String(last.value)}`)
  const said = last.cause instanceof Error ? last.cause.message : String(last.cause)
  return new Error(`waited ${deadlineMs} ms in vain for ${what}; last error: ${said}`, { cause: last.cause })
}
