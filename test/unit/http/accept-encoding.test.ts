import t from 'tap'
import { canonicalCodings, KNOWN_CODINGS } from '../../../edge/http/accept-encoding.ts'

const all = (...lines: string[]) => canonicalCodings(lines, KNOWN_CODINGS)

t.test('what browsers send comes to the same codings in the same order', async (t) => {
  for (const line of [
    'gzip, deflate, br, zstd',
    'zstd;q=0.5,br;q=1.0 , GZIP',
    'br,gzip,zstd;q=0.001,*;q=0.1',
    'x-gzip, br, zstd, dcb, dcz',
  ])
    t.equal(all(line), 'br, gzip, zstd', line)
  t.equal(all('gzip', 'br'), 'br, gzip', 'lines are one list')
})

t.test('a weight of nothing refuses', async (t) => {
  t.equal(all('gzip;q=0, br'), 'br')
  t.equal(all('gzip;q=0.000, br;q=0'), 'identity')
  t.equal(all('gzip, gzip;q=0'), 'identity', 'the last word counts')
  t.equal(all('gzip, identity;q=0'), 'gzip, identity;q=0')
  t.equal(all('*;q=0'), 'identity;q=0')
  t.equal(all('identity, *;q=0'), 'identity')
})

t.test('what nobody could answer by is left out', async (t) => {
  for (const line of ['', ',', 'deflate', '*', 'gzip;q=2', 'gzip;level=9', 'gzip;q=-1', 'gz ip', '<script>', 'gzip;q=0.0001'])
    t.equal(all(line), 'identity', line)
  t.equal(all(`${'x,'.repeat(40)}gzip`), 'identity', 'and what comes behind the 32nd')
})

t.test('only what is offered is asked for, and the outcome comes to itself', async (t) => {
  t.equal(canonicalCodings(['gzip, br, zstd'], ['gzip']), 'gzip')
  t.equal(canonicalCodings(['br'], ['gzip']), 'identity')
  for (const line of ['gzip, br', 'identity', 'br, identity;q=0', 'identity;q=0']) t.equal(all(all(line)), all(line))
})
