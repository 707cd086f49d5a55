import t from 'tap'
import type { Entry } from '../../edge/cache/entry.ts'
import { cutFrom, MAX_PARTS, partsOf, withPart } from '../../edge/cache/parts.ts'
import { Fields } from '../../edge/http/fields.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { makeEntry } from '../unit/cache/make-entry.ts'

const ROUNDS = 400

/** A part of a body of one version; each version has other bytes in the same places. */
function part(body: string, etag: string, first: number, last: number): Entry {
  const fields = Fields.of({ ETag: etag, 'Content-Range': `bytes ${first}-${last}/${body.length}`, Range: `bytes=${first}-${last}` })
  return makeEntry({ status: 206, fields, body: new Uint8Array(Buffer.from(body.slice(first, last + 1))) })
}

/** What is wrong with an entry of parts, beside the body it is of. */
function fault(entry: Entry, body: string, maxBytes: number): string | null {
  const parts = partsOf(entry)
  if (parts === null) return 'it cannot be read'
  if (parts.slices.length > MAX_PARTS || entry.body.byteLength > Math.max(maxBytes, body.length)) return 'it is too large'
  if (entry.body.buffer.byteLength !== entry.body.byteLength) return 'it holds more memory than it has bytes'
  let after = -1
  for (const { first, last, bytes } of parts.slices) {
    if (first <= after) return `${first} touches what is before it`
    after = last + 1
    if (Buffer.from(bytes).toString() !== body.slice(first, last + 1)) return `the bytes ${first}-${last} are not those of the body`
  }
  return null
}

t.test('whatever parts come in whatever order, what is kept are bytes of one version in their places', async (t) => {
  const random = new SeededRandom(34)
  let wholes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const size = random.integer(1, 60)
    const versions = ['a', 'b'].map((letter) =>
      Array.from({ length: size }, (_, i) => `${letter}${i % 10}`[random.integer(0, 1)]!).join(''),
    )
    const maxBytes = random.integer(size, 2 * size)
    let kept: Entry | null = null
    let of = 0
    for (let step = 0; step < 12; step++) {
      // Mostly the same version, and now and then the origin has another one.
      if (random.next() < 0.1) of = 1 - of
      const first = random.integer(0, size - 1)
      const last = random.integer(first, size - 1)
      const next: Entry | null = withPart(part(versions[of]!, `"v${of}"`, first, last), kept, maxBytes)
      if (next === null) continue
      const wrong = fault(next, versions[of]!, maxBytes)
      if (wrong !== null) throw new Error(`${wrong}, round ${round}, step ${step}`)
      if (cutFrom(partsOf(next)!, [{ first, last }]) === null) throw new Error('what just came is not in it')
      if (next.status === 200) wholes++
      kept = next.status === 200 ? null : next
    }
  }
  t.ok(wholes > 20, `${wholes} became whole`)
})
