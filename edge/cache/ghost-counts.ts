// Drops are remembered in buckets of four, in flat arrays of 6 bytes a place: what it was, how often it had been asked for, and in which age.
// When a bucket is full, who was asked for least gives way, of equals the one that was dropped first: places in a bucket are in that order.
// Counts fade: with each age that has passed since, half of them is gone.

const WAYS = 4
const FIRST_PLACES = 256
// An age number is kept in a byte; after so many ages nothing is left of the highest count.
const OLDEST_AGE = 7
const AGES = 256

/** Remembers how often what was dropped of late had been asked for. */
export class GhostCounts {
  #fingerprints = new Int32Array(FIRST_PLACES)
  /** 0 where a place is free. */
  #counts = new Uint8Array(FIRST_PLACES)
  #ages = new Uint8Array(FIRST_PLACES)

  /** Drops that it can remember. */
  get places(): number {
    return this.#counts.length
  }

  /** Remembers a drop. @param fingerprint see `fingerprintOf` @param count 1 to 255 @param age of the policy, an integer */
  add(fingerprint: number, count: number, age: number): void {
    this.#put(this.#placeFor(fingerprint, age), fingerprint, count, age % AGES)
  }

  /** How often it had been asked for, faded; 0 when it is not remembered. */
  count(fingerprint: number, age: number): number {
    const bucket = this.#bucketOf(fingerprint)
    for (let place = bucket; place < bucket + WAYS; place++) {
      if (this.#counts[place] !== 0 && this.#fingerprints[place] === fingerprint) return this.#faded(place, age)
    }
    return 0
  }

  /** Makes room to remember so many drops at least. It never shrinks. @returns nothing; costs O(places) each time they double */
  reserve(places: number): void {
    while (this.places < places) this.#double()
  }

  #bucketOf(fingerprint: number): number {
    return (fingerprint & (this.places / WAYS - 1)) * WAYS
  }

  #faded(place: number, age: number): number {
    const passed = (age - this.#ages[place]!) & (AGES - 1)
    return passed > OLDEST_AGE ? 0 : this.#counts[place]! >> passed
  }

  /** The last place of the bucket, after who gives way has left and the younger ones have moved up. */
  #placeFor(fingerprint: number, age: number): number {
    const bucket = this.#bucketOf(fingerprint)
    let leaving = bucket
    let least = Number.POSITIVE_INFINITY
    for (let place = bucket; place < bucket + WAYS; place++) {
      const isSame = this.#counts[place] !== 0 && this.#fingerprints[place] === fingerprint
      const count = isSame ? -1 : this.#faded(place, age)
      if (count >= least) continue
      least = count
      leaving = place
    }
    const last = bucket + WAYS - 1
    for (let place = leaving; place < last; place++) {
      this.#put(place, this.#fingerprints[place + 1]!, this.#counts[place + 1]!, this.#ages[place + 1]!)
    }
    return last
  }

  #put(place: number, fingerprint: number, count: number, age: number): void {
    this.#fingerprints[place] = fingerprint
    this.#counts[place] = count
    this.#ages[place] = age
  }

  #double(): void {
    const [fingerprints, counts, ages] = [this.#fingerprints, this.#counts, this.#ages]
    this.#fingerprints = new Int32Array(counts.length * 2)
    this.#counts = new Uint8Array(counts.length * 2)
    this.#ages = new Uint8Array(counts.length * 2)
    // A bucket falls in two, so all find room, and keep their order.
    for (let place = 0; place < counts.length; place++) {
      if (counts[place] !== 0) this.add(fingerprints[place]!, counts[place]!, ages[place]!)
    }
  }
}
