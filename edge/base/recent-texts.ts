// Something for each text that came lately, such as what was found out about it. Bounded by two generations: when the younger is full it
// becomes the older one, whose texts are let go unless they come again. A flood of invented texts costs a making each and pushes old ones
// out, but takes no more memory, and no search for the oldest.
//
// A Map would do, but V8 makes every text it is asked for known to the whole heap first, which costs more than all the rest. Hashes are keyed,
// so that nobody outside can make texts meet.

import { KeyedHash } from './keyed-hash.ts'
import { HASH_KEY } from './system/hash-key.ts'

const FIRST_ROOM = 64

/** Things by texts. A text that comes again finds the thing that was made when it came first. */
export class RecentTexts<V extends { readonly text: string }> {
  readonly #hash = new KeyedHash(...HASH_KEY)
  #younger = new Table<V>()
  #older = new Table<V>()
  readonly #maxYounger: number
  readonly #make: (text: string) => V
  readonly #maxLength: number

  /** @param max texts held @param make pure @param maxLength of a text that is held; for longer ones a thing is made each time */
  constructor(max: number, make: (text: string) => V, maxLength: number) {
    this.#maxYounger = Math.ceil(max / 2)
    this.#make = make
    this.#maxLength = maxLength
  }

  /** Texts held now; one that is on its way from one generation to the next counts twice. */
  get size(): number {
    return this.#younger.count + this.#older.count
  }

  /** What stands for a text. */
  get(text: string): V {
    if (text.length > this.#maxLength) return this.#make(text)
    this.#hash.update(text)
    const { low } = this.#hash
    return this.#younger.get(text, low) ?? this.#hold(text, low)
  }

  #hold(text: string, hash: number): V {
    const held = this.#older.get(text, hash) ?? this.#make(detached(text))
    if (this.#younger.count >= this.#maxYounger) {
      this.#older = this.#younger
      this.#younger = new Table()
    }
    this.#younger.add(held, hash)
    return held
  }
}

/** Things by the hash of their text: open addressing, at most half full. */
class Table<V extends { readonly text: string }> {
  count = 0
  #things: (V | null)[] = new Array(FIRST_ROOM).fill(null)
  #hashes = new Int32Array(FIRST_ROOM)

  get(text: string, hash: number): V | null {
    const last = this.#hashes.length - 1
    for (let place = hash & last; ; place = (place + 1) & last) {
      const thing = this.#things[place]!
      if (thing === null || (this.#hashes[place] === hash && thing.text === text)) return thing
    }
  }

  add(thing: V, hash: number): void {
    if (2 * this.count >= this.#hashes.length) this.#grow()
    this.#put(thing, hash)
    this.count++
  }

  #put(thing: V, hash: number): void {
    const last = this.#hashes.length - 1
    let place = hash & last
    while (this.#things[place] !== null) place = (place + 1) & last
    this.#things[place] = thing
    this.#hashes[place] = hash
  }

  #grow(): void {
    const things = this.#things
    const hashes = this.#hashes
    this.#things = new Array(2 * things.length).fill(null)
    this.#hashes = new Int32Array(2 * hashes.length)
    for (let place = 0; place < things.length; place++) if (things[place] !== null) this.#put(things[place]!, hashes[place]!)
  }
}

// A slice keeps the text alive that it was cut from, here a whole request head; a copy does not. Texts from the wire hold one byte
// per character.
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
