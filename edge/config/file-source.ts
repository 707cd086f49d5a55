// A site file as the source of configuration: read at the start, and again when it changes or when asked to. A bad file is logged with
// its places, and what is being served stays.

import type { Cancel, Ports } from '../base/ports.ts'
import { readSiteText } from '../base/site-file.ts'
import type { Problem } from '../contract/problem.ts'
import { formatProblem } from '../contract/read-site.ts'
import type { Loader } from './loader.ts'

/** Editors write a file in several steps; the last one counts. */
const SETTLE_MS = 100

/** A site file. */
export class FileSource {
  readonly path: string
  readonly #loader: Loader
  readonly #ports: Ports
  #texts: string | null = null
  #stopWatching: Cancel = () => {}
  #stopSettling: Cancel = () => {}

  constructor(path: string, loader: Loader, ports: Ports) {
    this.path = path
    this.#loader = loader
    this.#ports = ports
  }

  /** Reads the file and puts it in force. @returns its problems; none when it is in force */
  async read(): Promise<readonly Problem[]> {
    const problems = await this.#take()
    for (const problem of problems) this.#ports.log.error({ event: 'site-file-refused', problem: formatProblem(this.path, problem) })
    return problems
  }

  /** Follows changes of the file. */
  watch(): void {
    this.#stopWatching = this.#ports.files.watch(this.path, () => {
      this.#stopSettling()
      this.#stopSettling = this.#ports.timers.after(SETTLE_MS, () => {
        this.read().catch((cause: unknown) => this.#ports.log.error({ event: 'site-file-failed', path: this.path, cause: String(cause) }))
      })
    })
  }

  /** Follows no longer. */
  stop(): void {
    this.#stopWatching()
    this.#stopSettling()
  }

  async #take(): Promise<readonly Problem[]> {
    let text: string | null
    try {
      text = await this.#ports.files.read(this.path)
    } catch (cause) {
      return [{ pointer: '', message: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` }]
    }
    if (text === null) return [{ pointer: '', message: 'there is no such file' }]
    const { reading, texts } = await readSiteText(text, this.path, this.#ports.files)
    // The same again, as after a touch, is no new revision.
    if (texts === this.#texts) return []
    if (!reading.ok) return reading.problems
    const problems = await this.#loader.site(reading.site)
    if (problems.length === 0) this.#texts = texts
    return problems
  }
}
