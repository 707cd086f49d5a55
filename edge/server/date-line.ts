// The Date of answers (RFC 9110 §6.6.1), written once a second and not once an answer.

import { formatHttpDate } from '../http/date.ts'

/** The Date field line of this second. */
export class DateLine {
  #second = -1
  #text = ''

  /** `Date: …` with its line end. @param wallMs wall clock */
  at(wallMs: number): string {
    const second = Math.floor(wallMs / 1_000)
    if (second === this.#second) return this.#text
    this.#second = second
    this.#text = `Date: ${formatHttpDate(wallMs)}\r\n`
    return this.#text
  }
}
