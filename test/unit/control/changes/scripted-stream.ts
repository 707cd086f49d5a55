// A stream of changes in the hand of the test, for what a real Redis does not do on command.

import type { Burial, ChangeStream, Claimed, Redelivered, StreamEntry, StreamMeasure } from '../../../../control/changes/change-stream.ts'

/** A stream that keeps to the rules of a consumer group. */
export class ScriptedStream implements ChangeStream {
  readonly fresh: StreamEntry[] = []
  /** Delivered and not acknowledged, with how often; null where the entry was trimmed. */
  readonly pending = new Map<string, { entry: StreamEntry | null; tries: number }>()
  /** What other consumers hold for too long. */
  readonly abandoned = new Map<string, { entry: StreamEntry | null; tries: number }>()
  readonly dead: Burial[] = []
  readonly calls: string[] = []
  /** Called before each call; throws where Redis is to be away. */
  before: (call: string) => void = () => {}
  #wake: () => void = () => {}
  #waiting = false

  /** Adds an entry; it wakes a read. */
  add(id: string, value: unknown): void {
    this.fresh.push({ id, text: typeof value === 'string' || value === null ? value : JSON.stringify(value) })
    this.#wake()
  }

  /** Whether a read waits for entries. */
  get isIdle(): boolean {
    return this.#waiting && this.fresh.length === 0
  }

  async prepare(): Promise<void> {
    this.#call('prepare')
  }

  async read(): Promise<readonly StreamEntry[]> {
    this.#call('read')
    if (this.fresh.length === 0) {
      this.#waiting = true
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#waiting = false
    }
    const entries = this.fresh.splice(0)
    for (const entry of entries) this.pending.set(entry.id, { entry, tries: 1 })
    return entries
  }

  async held(after: string | null): Promise<readonly string[]> {
    this.#call('held')
    return [...this.pending.keys()].filter((id) => after === null || id > after)
  }

  async claim(): Promise<Claimed> {
    this.#call('claim')
    const ids = [...this.abandoned.keys()]
    for (const [id, held] of this.abandoned) this.pending.set(id, held)
    this.abandoned.clear()
    return { ids, lost: 0 }
  }

  async again(id: string): Promise<Redelivered> {
    this.#call('again')
    const held = this.pending.get(id)!
    held.tries++
    if (held.entry === null) this.pending.delete(id)
    return { entry: held.entry, tries: held.tries }
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    this.#call('acknowledge')
    for (const id of ids) this.pending.delete(id)
  }

  async bury(burials: readonly Burial[]): Promise<void> {
    this.#call('bury')
    this.dead.push(...burials)
    for (const { entry } of burials) this.pending.delete(entry.id)
  }

  async measure(): Promise<StreamMeasure> {
    this.#call('measure')
    return { lag: this.fresh.length + this.pending.size, pending: this.pending.size, deadLetters: this.dead.length }
  }

  async wake(): Promise<void> {
    this.#wake()
  }

  async leave(): Promise<void> {
    this.#call('leave')
  }

  #call(name: string): void {
    this.calls.push(name)
    this.before(name)
  }
}
