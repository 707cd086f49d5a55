// The last good configuration on disk: what an edge serves when it starts and nobody can tell it anything. Written whole or not at
// all; a file that cannot be read or is no longer valid counts as none, and says so in the log.

import Type from 'typebox'
import type { Files, Log } from '../base/ports.ts'
import { check } from '../contract/check.ts'
import { EndpointsSchema } from '../contract/publication.ts'
import { SiteSchema } from '../contract/site.ts'
import { SwitchboardSchema } from '../contract/switchboard.ts'
import { validate } from '../contract/validate.ts'
import type { Told } from './compile.ts'

const KeptSchema = Type.Object({
  revision: Type.Integer({ minimum: 0 }),
  site: SiteSchema,
  switchboard: SwitchboardSchema,
  endpoints: EndpointsSchema,
})

/** Keeps what an edge was told last. */
export class LastGood {
  readonly #path: string
  readonly #files: Files
  readonly #log: Log
  #writing = false
  #next: Told | null = null

  /** @param folder where the file is kept */
  constructor(folder: string, files: Files, log: Log) {
    this.#path = `${folder}/last-good.json`
    this.#files = files
    this.#log = log
  }

  /** What was kept; null when there is nothing that can be served. */
  async read(): Promise<Told | null> {
    try {
      const text = await this.#files.read(this.#path)
      if (text === null) return null
      const kept = validate(KeptSchema, JSON.parse(text))
      const problems = kept.ok ? check(kept.value.site) : kept.problems
      if (kept.ok && problems.length === 0) return kept.value
      this.#log.warn({ event: 'last-good-invalid', path: this.#path, problems: problems.slice(0, 5) })
    } catch (cause) {
      this.#log.warn({ event: 'last-good-unreadable', path: this.#path, cause: String(cause) })
    }
    return null
  }

  /** Keeps this. While a write is under way only the newest waits; a full disk is logged and changes nothing else. */
  async keep(told: Told): Promise<void> {
    this.#next = told
    if (this.#writing) return
    this.#writing = true
    while (this.#next !== null) {
      const next = this.#next
      this.#next = null
      await this.#write(next)
    }
    this.#writing = false
  }

  async #write({ revision, site, switchboard, endpoints }: Told): Promise<void> {
    try {
      await this.#files.writeAtomic(this.#path, JSON.stringify({ revision, site, switchboard, endpoints }))
    } catch (cause) {
      this.#log.warn({ event: 'last-good-unwritten', path: this.#path, cause: String(cause) })
    }
  }
}
