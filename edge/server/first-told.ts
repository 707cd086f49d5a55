// The first configuration of an edge: kept from an earlier run, read from a file, come with the flags, or told by the control plane.
// Whoever brings one first lets the workers start.

import { EdgeError } from '../base/edge-error.ts'
import type { Ports } from '../base/ports.ts'
import type { Told } from '../config/compile.ts'
import type { ControlSource } from '../config/control-source.ts'
import type { FileSource } from '../config/file-source.ts'
import type { LastGood } from '../config/last-good.ts'
import type { Loader } from '../config/loader.ts'

/** How long an edge that has nothing waits before it says so in the log. */
const WAIT_NOTICE_MS = 5_000

/** The first configuration, which some wait for. */
export class FirstTold {
  #told: Told | null = null
  #resolve: (told: Told) => void = () => {}
  readonly #reached = new Promise<Told>((resolve) => {
    this.#resolve = resolve
  })

  get reached(): boolean {
    return this.#told !== null
  }

  /** Here it is. */
  async reach(told: Told): Promise<null> {
    this.#told = told
    this.#resolve(told)
    return null
  }

  wait(): Promise<Told> {
    return this.#reached
  }
}

/** Where the first configuration may come from. */
export interface FirstSources {
  /** It came with the flags. */
  readonly given: Told | null
  readonly lastGood: LastGood | null
  readonly file: FileSource | null
  readonly control: ControlSource | null
  readonly first: FirstTold
  readonly loader: Loader
}

/**
 * Asks the sources. Without a control plane the file is the truth. With one, what it said last is, and the file is only for who never
 * heard it.
 * @throws EdgeError CONFIG_INVALID, CONFIG_UNREADABLE
 */
export async function gatherFirst(sources: FirstSources, ports: Ports): Promise<void> {
  const { given, lastGood, file, control, first, loader } = sources
  if (given !== null) return begin(given, loader, first)
  if (control === null) {
    if (file === null) throw new EdgeError('CONFIG_UNREADABLE', { reason: 'there is no site: name a site file or a control plane' })
    const problems = await file.read()
    if (problems.length > 0) throw new EdgeError('CONFIG_INVALID', { file: file.path, problems })
    return
  }
  const kept = await lastGood?.read()
  if (kept) await begin(kept, loader, first)
  else if (file !== null) await file.read()
  control.start()
  if (!first.reached)
    ports.timers.after(
      WAIT_NOTICE_MS,
      () =>
        first.reached ||
        ports.log.warn({
          event: 'waiting-for-control',
          message: 'no configuration yet: neither the control plane nor a file nor an earlier run gave one',
        }),
    )
}

async function begin(told: Told, loader: Loader, first: FirstTold): Promise<void> {
  loader.begin(told)
  await first.reach(told)
}
