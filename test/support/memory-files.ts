import type { Cancel, Files } from '../../edge/base/ports.ts'

/** The port `files` in memory; reading and writing fail when the test says so, and writes can be held. */
export class MemoryFiles implements Files {
  readonly texts = new Map<string, string>()
  /** Texts in the order in which they were written. */
  readonly written: string[] = []
  /** What reading and writing throw. */
  fault: Error | null = null
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve()
  readonly #watchers = new Map<string, () => void>()

  async read(path: string): Promise<string | null> {
    if (this.fault !== null) throw this.fault
    return this.texts.get(path) ?? null
  }

  async writeAtomic(path: string, text: string): Promise<void> {
    await this.gate
    if (this.fault !== null) throw this.fault
    this.texts.set(path, text)
    this.written.push(text)
  }

  watch(path: string, changed: () => void): Cancel {
    this.#watchers.set(path, changed)
    return () => {
      this.#watchers.delete(path)
    }
  }

  /** Whether somebody watches. */
  isWatched(path: string): boolean {
    return this.#watchers.has(path)
  }

  /** Changes a file as an editor does. */
  edit(path: string, text: string): void {
    this.texts.set(path, text)
    this.#watchers.get(path)?.()
  }
}
