import t from 'tap'
import { startTestControl } from './test-control.ts'

t.test('metrics are told in the text format', async (t) => {
  const control = await startTestControl(t)
  const answer = await control.call({ path: '/metrics' })
  t.match(answer, { status: 200, text: 'weir_test 1\n', headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
})
