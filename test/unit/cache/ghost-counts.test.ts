import t from 'tap'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'
import { GhostCounts } from '../../../edge/cache/ghost-counts.ts'

t.test('what was dropped is remembered with its count, what was not is unknown', async (t) => {
  const ghosts = new GhostCounts()
  ghosts.add(11, 3, 0)
  ghosts.add(0, 5, 0)
  t.same([ghosts.count(11, 0), ghosts.count(0, 0), ghosts.count(12, 0)], [3, 5, 0])
  ghosts.add(11, 7, 0)
  t.equal(ghosts.count(11, 0), 7, 'the last count holds')
})

t.test('with each age half of a count is gone', async (t) => {
  const ghosts = new GhostCounts()
  ghosts.add(11, 8, 300)
  t.same(
    [300, 301, 303, 304, 320].map((age) => ghosts.count(11, age)),
    [8, 4, 1, 0, 0],
  )
})

t.test('in a full bucket the least wanted gives way, of equals the first', async (t) => {
  const ghosts = new GhostCounts()
  // Fingerprints that differ in high bits only fall into one bucket.
  const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map((i) => i << 20) as [number, number, number, number, number, number]
  for (const [fingerprint, count] of [
    [a, 9],
    [b, 1],
    [c, 1],
    [d, 1],
  ] as const)
    ghosts.add(fingerprint, count, 0)
  ghosts.add(e, 1, 0)
  t.same(
    [a, b, c, d, e].map((fingerprint) => ghosts.count(fingerprint, 0)),
    [9, 0, 1, 1, 1],
  )
  ghosts.add(f, 1, 0)
  t.equal(ghosts.count(c, 0), 0)
})

t.test('nothing is forgotten when it grows, and it never grows beyond twice what was asked for', async (t) => {
  const ghosts = new GhostCounts()
  const all = Array.from({ length: 100 }, (_, i) => fingerprintOf(`k${i}`))
  for (const fingerprint of all) ghosts.add(fingerprint, 2, 5)
  const before = all.filter((fingerprint) => ghosts.count(fingerprint, 5) === 2)
  ghosts.reserve(5_000)
  t.ok(before.length > 90)
  t.ok(before.every((fingerprint) => ghosts.count(fingerprint, 5) === 2))
  t.ok(ghosts.places >= 5_000 && ghosts.places < 10_000)
})
