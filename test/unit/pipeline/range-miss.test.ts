import t from 'tap'
import { rangeAsk } from '../../../edge/pipeline/range-miss.ts'
import { Line, TWO_PEERS } from '../../support/exchange-maker.ts'

function ask(headers: Record<string, string>, found: 'miss' | 'stale' = 'miss', cache: object = {}, method = 'GET') {
  return rangeAsk(new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache } } }).asked({ headers, method }).asked, found)
}

t.test('a range that nothing kept can give is asked for as the rule says', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1' }), 'part')
  t.equal(ask({ Range: 'bytes=0-1,5-' }), 'part')
  t.equal(ask({ Range: 'bytes=0-1' }, 'miss', { rangeMiss: 'whole' }), 'whole')
})

t.test('who asks for no part asks for none, nor does HEAD', async (t) => {
  t.equal(ask({}), 'none')
  t.equal(ask({ Range: 'bytes=0-1' }, 'miss', {}, 'HEAD'), 'none')
})

t.test('what was kept whole is fetched whole again', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1' }, 'stale'), 'whole')
})

t.test('ranges that only make work do not reach the origin', async (t) => {
  for (const range of ['bytes=0-,0-,0-', 'bytes=0-9,5-6', 'rubbish', `bytes=${'0-0,'.repeat(100)}`])
    t.equal(ask({ Range: range }), 'whole', range)
})

t.test('what the origin must judge, and units that it alone may know, pass as they came', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1', 'If-Match': '"v1"' }, 'stale', { rangeMiss: 'whole' }), 'part')
  t.equal(ask({ Range: 'bytes=0-1', 'If-Unmodified-Since': 'x' }, 'miss', { rangeMiss: 'whole' }), 'part')
  t.equal(ask({ Range: 'lines=0-1' }, 'stale', { rangeMiss: 'whole' }), 'part')
})

t.test('where nothing unkeyed may reach the origin, no range does', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1' }, 'miss', { unkeyed: { headers: 'strip' } }), 'whole')
})
