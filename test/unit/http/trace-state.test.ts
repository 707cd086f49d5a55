import t from 'tap'
import { forwardTraceState, MAX_TRACE_STATE_BYTES, MAX_TRACE_STATE_MEMBERS } from '../../../edge/http/trace-state.ts'

t.test('lines are combined in order, empty members left out', async (t) => {
  t.equal(
    forwardTraceState(['congo=t61rcWkgMzE, rojo=00f067aa0ba902b7', ' ,fw529a3039@dt=FfFfFfFfFf\t']),
    'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7,fw529a3039@dt=FfFfFfFfFf',
  )
  t.equal(forwardTraceState([]), null)
  t.equal(forwardTraceState([' , ']), null)
})

t.test('one malformed or repeated member drops all', async (t) => {
  for (const line of ['a', '=1', 'A=1', 'a=', 'a=b=c', 'a@b@c=1', 'a=1,a=2', 'a=\xe9', 'a=1\0', '__proto__=1']) {
    t.equal(forwardTraceState(['ok=1', line]), null, encodeURIComponent(line))
  }
})

t.test('more members than allowed drop all', async (t) => {
  const members = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=1`).join(',')
  t.equal(forwardTraceState([members(MAX_TRACE_STATE_MEMBERS)]), members(MAX_TRACE_STATE_MEMBERS))
  t.equal(forwardTraceState([members(MAX_TRACE_STATE_MEMBERS + 1)]), null)
})

t.test('a state that is too long loses its long members first, then those at the right', async (t) => {
  const long = `long=${'x'.repeat(200)}`
  const short = Array.from({ length: 6 }, (_, index) => `k${index}=${'y'.repeat(96)}`)
  t.equal(forwardTraceState([[short[0], long, short[1]].join(',')]), [short[0], long, short[1]].join(','), 'what fits is not cut')
  t.equal(forwardTraceState([[long, ...short].join(',')]), short.slice(0, 5).join(','))
  t.ok(short.slice(0, 5).join(',').length <= MAX_TRACE_STATE_BYTES)
  t.equal(forwardTraceState([Array.from({ length: 3 }, (_, index) => `k${index}=${'x'.repeat(250)}`).join(',')]), null)
})
