// What was found out about texts, remembered: agents, hosts, addresses come again and again, and reading them costs more than a lookup.

import { RecentTexts } from './recent-texts.ts'

/** Longer texts are read each time: few are, and they would take most of the room. */
const MAX_LENGTH = 512

/** A text, and what was found out about it. */
export interface Known<V> {
  readonly text: string
  readonly found: V
  /** The memo that knows it: what one site makes of a text, the next may see otherwise. */
  readonly by: TextMemo<V>
}

/** Remembers what `read` makes of texts. */
export class TextMemo<V> {
  readonly #known: RecentTexts<Known<V>>

  /** @param max texts remembered @param read pure */
  constructor(max: number, read: (text: string) => V) {
    this.#known = new RecentTexts(max, (text) => ({ text, found: read(text), by: this }), MAX_LENGTH)
  }

  /** Texts remembered now. */
  get size(): number {
    return this.#known.size
  }

  /** What the text means. */
  get(text: string): V {
    return this.#known.get(text).found
  }

  /** The same. @param last what was known last time in the same place: a connection says the same of itself in each request */
  again(text: string, last: Known<V> | null): Known<V> {
    if (last !== null && last.by === this && last.text === text) return last
    return this.#known.get(text)
  }
}
