import t from 'tap'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'
import { RegimeChoice } from '../../../edge/cache/regime-choice.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

/** Notes what is in the sample. @returns how many were */
function note(choice: RegimeChoice, keys: Iterable<number>): number {
  let noted = 0
  for (const key of keys) {
    const fingerprint = fingerprintOf(`page-${key}`)
    if (!choice.samples(fingerprint)) continue
    choice.note(fingerprint, 1)
    noted++
  }
  return noted
}

function* loop(length: number, requests: number): Generator<number> {
  for (let i = 0; i < requests; i++) yield i % length
}

/** Each page is asked for a few times and never again. */
function* bursts(requests: number): Generator<number> {
  const random = new SeededRandom(3)
  for (let i = 0; i < requests; i++) yield Math.floor(i / 4 - random.next() * 150)
}

t.test('it follows the requests: newcomers are kept out of a loop, and let in when nothing lasts', async (t) => {
  const choice = new RegimeChoice(200, 0)
  note(choice, loop(300, 5_000))
  t.match(choice.regime, /contested|proven/)
  note(choice, bursts(20_000))
  t.match(choice.regime, /open|recent/)
  note(choice, loop(300, 20_000))
  t.match(choice.regime, /contested|proven/)
})

t.test('the sample shrinks as the cache grows', async (t) => {
  const asked = 40_000
  const choice = new RegimeChoice(1_000_000, 0)
  note(choice, loop(asked, asked))
  const noted = note(choice, loop(asked, asked))
  t.ok(noted > 500 && noted < 2_100, `${noted} of ${asked}`)
  const later = note(new RegimeChoice(1_000_000, asked), loop(asked, asked))
  t.ok(later > 500 && later < 2_100, `${later} of ${asked}`)
})
