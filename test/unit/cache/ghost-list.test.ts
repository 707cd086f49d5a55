import t from 'tap'
import { fingerprintOf, GhostList } from '../../../edge/cache/ghost-list.ts'

t.test('a drop is remembered while it is among the last ones asked for', async (t) => {
  const ghosts = new GhostList(8)
  for (const fingerprint of [1, 2, 3]) ghosts.add(fingerprint)
  t.ok(ghosts.has(1, 3))
  t.notOk(ghosts.has(1, 2))
  t.ok(ghosts.has(3, 1))
  t.notOk(ghosts.has(3, 0))
})

t.test('what was never dropped is not remembered', async (t) => {
  const ghosts = new GhostList(8)
  t.notOk(ghosts.has(0, 100), 'though an empty place holds a 0')
  ghosts.add(1)
  t.notOk(ghosts.has(17, 100), 'though it has the place of another')
})

t.test('a later drop takes the place of an earlier one', async (t) => {
  const ghosts = new GhostList(8)
  ghosts.add(1)
  ghosts.add(17)
  t.notOk(ghosts.has(1, 100))
  t.ok(ghosts.has(17, 100))
})

t.test('of as many drops as it has capacity for, most are remembered', async (t) => {
  const ghosts = new GhostList(1_000)
  const fingerprints = Array.from({ length: 1_000 }, (_, i) => fingerprintOf(`https://shop.example/p/${i}`))
  for (const fingerprint of fingerprints) ghosts.add(fingerprint)
  const kept = fingerprints.filter((fingerprint) => ghosts.has(fingerprint, 1_000)).length
  t.ok(kept > 700, `${kept} of 1000`)
})

t.test('fingerprints are unsigned, and of similar texts hardly ever alike', async (t) => {
  const prints = new Set(Array.from({ length: 10_000 }, (_, i) => fingerprintOf(`/p/${i}`)))
  t.ok(prints.size > 9_990, String(prints.size))
  t.ok([...prints].every((print) => Number.isInteger(print) && print >= 0 && print < 2 ** 32))
})
