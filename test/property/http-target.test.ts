import t from 'tap'
import { canonicalTarget, type TargetRules } from '../../edge/http/target.ts'
import { SeededRandom } from '../support/seeded-random.ts'

const ROUNDS = 20_000
const PIECES = [
  '/',
  '/',
  '//',
  '.',
  '..',
  '/.',
  '/..',
  '%2e',
  '%2E',
  '%2f',
  '%5c',
  '%7e',
  '%41',
  '%c3',
  '%25',
  '%3B',
  'a',
  'Zz',
  ';',
  '=',
  '~',
  '?',
  '&',
  '%',
  '%0',
  '\\',
  '|',
  '[',
]

function randomTarget(random: SeededRandom): string {
  const pieces = Array.from({ length: random.integer(0, 12) }, () => random.pick(PIECES))
  return `${random.pick(['/', '/', '/', 'http://A.example:80', ''])}${pieces.join('')}`
}

for (const mergeSlashes of ['merge', 'keep'] as const) {
  for (const encodedSlash of ['keep', 'refuse'] as const) {
    const rules: TargetRules = { mergeSlashes, encodedSlash, maxBytes: 1000 }

    t.test(`a canonical target stays as it is (${mergeSlashes} slashes, ${encodedSlash} encoded ones)`, async (t) => {
      const random = new SeededRandom(20_261_121)
      let taken = 0
      const broken: string[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const raw = randomTarget(random)
        const once = canonicalTarget(raw, rules)
        if (!once.ok || !once.path.startsWith('/')) continue
        taken++
        const written = once.query === null ? once.path : `${once.path}?${once.query}`
        const twice = canonicalTarget(written, rules)
        if (!twice.ok || twice.path !== once.path || twice.query !== once.query) broken.push(`${raw} -> ${written}`)
        if (!isCanonical(once.path, rules)) broken.push(`${raw} -> ${written} is not canonical`)
      }
      t.same(broken, [])
      t.ok(taken > ROUNDS / 4, `enough targets were taken: ${taken}`)
    })
  }
}

/** Says in another way what a canonical path is. */
function isCanonical(path: string, rules: TargetRules): boolean {
  const segments = path.split('/').slice(1)
  const dots = segments.some((segment) => /^(?:\.|%2e){1,2}(?:;|$)/i.test(segment))
  const emptySegment = rules.mergeSlashes === 'merge' && path.includes('//')
  const triplets = path.match(/%../g) ?? []
  const spelling = triplets.every((triplet) => triplet === triplet.toUpperCase() && /[^A-Za-z0-9._~-]/.test(byteOf(triplet)))
  const slashes = rules.encodedSlash === 'refuse' && /%2F|%5C/.test(path)
  return !dots && !emptySegment && spelling && !slashes
}

/** The byte of a triplet as a character. */
function byteOf(triplet: string): string {
  return String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
}
