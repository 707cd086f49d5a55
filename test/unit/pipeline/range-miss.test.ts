import t from 'tap'
import { rangeAsk } from '../../../edge/pipeline/range-miss.ts'
import { Line } from '../../support/exchange-maker.ts'
import { makeRule } from '../cache/make-entry.ts'

function ask(headers: Record<string, string>, found: 'miss' | 'stale' = 'miss', rangeMiss: 'part' | 'whole' = 'part', method = 'GET') {
  const { request } = new Line().asked({ headers, method }).asked
  return rangeAsk(request, found, makeRule({ rangeMiss }))
}

t.test('a range that nothing kept can give is asked for as the rule says', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1' }), 'part')
  t.equal(ask({ Range: 'bytes=0-1,5-' }), 'part')
  t.equal(ask({ Range: 'bytes=0-1' }, 'miss', 'whole'), 'whole')
})

t.test('who asks for no part asks for none, nor does HEAD', async (t) => {
  t.equal(ask({}), 'none')
  t.equal(ask({ Range: 'bytes=0-1' }, 'miss', 'part', 'HEAD'), 'none')
})

t.test('what was kept whole is fetched whole again', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1' }, 'stale'), 'whole')
})

t.test('ranges that only make work do not reach the origin', async (t) => {
  for (const range of ['bytes=0-,0-,0-', 'bytes=0-9,5-6', 'rubbish', `bytes=${'0-0,'.repeat(100)}`])
    t.equal(ask({ Range: range }), 'whole', range)
})

t.test('what the origin must judge, and units that it alone may know, pass as they came', async (t) => {
  t.equal(ask({ Range: 'bytes=0-1', 'If-Match': '"v1"' }, 'stale', 'whole'), 'part')
  t.equal(ask({ Range: 'bytes=0-1', 'If-Unmodified-Since': 'x' }, 'miss', 'whole'), 'part')
  t.equal(ask({ Range: 'lines=0-1' }, 'stale', 'whole'), 'part')
})
