import t from 'tap'
import { parseWrk } from '../../../../bench/load/wrk.ts'

const SUMMARY = `Running 3s test @ http://127.0.0.1:8080
  1 threads and 64 connections
  123456 requests in 3.00s, 150.00MB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 56
Requests/sec:  41152.00
Transfer/sec:     50.00MB
`

t.test('a summary gives answers, refusals, errors and the rate', async (t) => {
  t.same(parseWrk(SUMMARY), { answered: 123_456, refused: 56, socketErrors: 10, requestsPerSecond: 41_152 })
})

t.test('what a summary does not mention did not happen', async (t) => {
  const calm = SUMMARY.split('\n').filter((line) => !/Socket|Non-2xx/.test(line))
  t.match(parseWrk(calm.join('\n')), { refused: 0, socketErrors: 0 })
})

t.test('a text without a summary is a fault', async (t) => {
  t.throws(() => parseWrk('unable to connect'), /no summary/)
})
