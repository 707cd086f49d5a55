// Long work, as the one who waits for it sees it: a bar that is drawn again in place on a terminal, a line at each tenth elsewhere.

import type { Terminal } from './command.ts'
import { printable } from './table.ts'

const BAR_CELLS = 24
const TENTHS = 10

/** The progress of work whose whole is known. */
export class Progress {
  readonly #terminal: Terminal
  readonly #total: number
  #toldTenth = 0

  /** @param total steps in all, 0 or more */
  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal
    this.#total = total
  }

  /** Shows how far it is. @param done steps, at most the total @param note what else there is to say, in a few words */
  show(done: number, note: string): void {
    const share = this.#total === 0 ? 1 : done / this.#total
    const text = `${done}/${this.#total} ${printable(note)}`
    if (this.#terminal.interactive) return this.#terminal.draw(`${bar(share)} ${text}`.slice(0, this.#terminal.columns))
    const tenth = Math.floor(share * TENTHS)
    if (tenth === this.#toldTenth) return
    this.#toldTenth = tenth
    this.#terminal.err(`${tenth * TENTHS} % ${text}`)
  }

  /** Takes the bar away; what is printed next begins on a clean line. */
  end(): void {
    if (this.#terminal.interactive) this.#terminal.draw('')
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_CELLS)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`
}
