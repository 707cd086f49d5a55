import t from 'tap'
import {
  type BareItem,
  boolean,
  bytes,
  type Dictionary,
  decimal,
  type Item,
  innerList,
  integer,
  item,
  type Member,
  string,
  token,
} from '../../edge/http/structured-fields.ts'
import { parseDictionary, parseItem, parseList } from '../../edge/http/structured-fields-parse.ts'
import { writeDictionary, writeItem, writeList } from '../../edge/http/structured-fields-write.ts'
import { SeededRandom } from '../support/seeded-random.ts'

const ROUNDS = 2_000
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index))
const NOISE = [...'"\\();=,:?*@ \t-.0123456789abzAZ/', '\0', '\x7f', '\xe9']

function many<T>(random: SeededRandom, max: number, make: () => T): T[] {
  return Array.from({ length: random.integer(0, max) }, make)
}

function randomBareItem(random: SeededRandom): BareItem {
  return random.pick([
    () => integer(random.integer(-1_000_000, 999_999_999_999_999)),
    () => decimal(random.integer(-5_000_000, 5_000_000) / 1000),
    () => string(many(random, 20, () => random.pick(PRINTABLE)).join('')),
    () => token(random.pick(['*', 'a', 'A/b:c', 'fwd', "x!#$%&'*+-.^_`|~0"])),
    () => boolean(random.next() < 0.5),
    () => bytes(Uint8Array.from(many(random, 12, () => random.integer(0, 255)))),
  ])()
}

const randomKey = (random: SeededRandom): string => random.pick(['a', 'b', '*c', 'q-1', 'k_.*']) + random.pick(['', 'x', '9'])

function randomParameters(random: SeededRandom): Record<string, BareItem> {
  return Object.fromEntries(many(random, 4, () => [randomKey(random), randomBareItem(random)]))
}

const randomItem = (random: SeededRandom): Item => item(randomBareItem(random), randomParameters(random))

function randomMember(random: SeededRandom): Member {
  if (random.next() < 0.7) return randomItem(random)
  return innerList(
    many(random, 4, () => randomItem(random)),
    randomParameters(random),
  )
}

t.test('what is written is read back the same', async (t) => {
  const random = new SeededRandom(9651)
  for (let round = 0; round < ROUNDS; round++) {
    const one = randomItem(random)
    const list = many(random, 5, () => randomMember(random))
    const dictionary: Dictionary = new Map(many(random, 5, () => [randomKey(random), randomMember(random)]))
    if (!same(parseItem(writeItem(one)), one)) t.fail(writeItem(one))
    if (!same(parseList(writeList(list)), list)) t.fail(writeList(list))
    if (!same(parseDictionary(writeDictionary(dictionary)), dictionary)) t.fail(writeDictionary(dictionary))
  }
  t.pass(`${ROUNDS} rounds`)
})

t.test('noise is refused or has a canonical spelling, and never throws', async (t) => {
  const random = new SeededRandom(8941)
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const text = many(random, 8, () => random.pick(NOISE)).join('')
    const list = parseList(text)
    if (list === null) continue
    taken++
    const written = writeList(list)
    if (!same(parseList(written), list)) t.fail(encodeURIComponent(`${text} -> ${written}`))
  }
  t.ok(taken > 100, `enough noise was taken: ${taken}`)
})

/** Compares by what is seen in JSON, where Maps are lists of entries and a Decimal that is whole keeps its type. */
function same(a: unknown, b: unknown): boolean {
  return seen(a) === seen(b)
}

function seen(value: unknown): string {
  return JSON.stringify(value, (_, part) => (part instanceof Map ? [...part] : part))
}
