import t from 'tap'
import { formatContentRange, parseContentRange, unsatisfiedRange } from '../../../edge/http/content-range.ts'

t.test('a part says which bytes it has, and of how many', async (t) => {
  t.same(parseContentRange('bytes 4-9/10'), { first: 4, last: 9, completeBytes: 10 })
  t.same(parseContentRange('Bytes 0-0/*'), { first: 0, last: 0, completeBytes: null })
  for (const text of ['bytes 4-9/10', 'bytes 0-0/*']) t.equal(formatContentRange(parseContentRange(text)!), text)
})

t.test('what is malformed, invalid or not in bytes says nothing', async (t) => {
  const bad = ['', 'bytes */10', 'bytes 5-4/10', 'bytes 0-10/10', 'bytes 0-1/1', 'lines 0-1/2', 'bytes=0-1/2', 'bytes 0-1', 'bytes 0 - 1/2']
  for (const text of [
    ...bad,
    'bytes 0-1/2 ',
    ' bytes 0-1/2',
    'bytes 0-1/2, bytes 0-1/2',
    `bytes 0-1/${'9'.repeat(16)}`,
    'bytes -1/2',
    'bytes 0-1/-',
  ])
    t.equal(parseContentRange(text), null, text)
})

t.test('a 416 says how long the whole is', async (t) => {
  t.equal(unsatisfiedRange(10), 'bytes */10')
})
