import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { fallbackAnswer, faultAnswer } from '../../../edge/pipeline/answers.ts'
import { Line } from '../../support/exchange-maker.ts'
import { RecordingReply } from '../../support/recording-reply.ts'

const { x } = new Line().asked()

t.test('a fallback is sent as it stands in the configuration, and never kept', async (t) => {
  const config = { status: 200, contentType: 'text/plain', body: 'closed', template: 'no' } as const
  const answer = fallbackAnswer({ config, bytes: Buffer.from('closed') }, 5_000, x)
  t.match(answer, { status: 200, servedBy: 'fallback' })
  t.same(answer.fields.toRaw(), ['content-type', 'text/plain', 'cache-control', 'no-store'])
  const reply = new RecordingReply('GET', new Abort())
  await reply.send(answer)
  t.equal(reply.text, 'closed')
})

t.test('a fallback that says "not now" says when', async (t) => {
  for (const status of [503, 429]) {
    const config = { status, contentType: 'text/html', body: '', template: 'no' } as const
    t.equal(fallbackAnswer({ config, bytes: new Uint8Array() }, 1_500, x).fields.get('retry-after'), '2')
  }
})

t.test('a fault tells its code and sentence, and nothing of the inside', async (t) => {
  const answer = faultAnswer('NO_PEER', { 'retry-after': '3' })
  t.equal(answer.status, 503)
  t.equal(answer.fields.get('cache-control'), 'no-store')
  t.equal(answer.fields.get('retry-after'), '3')
  const reply = new RecordingReply('GET', new Abort())
  await reply.send(answer)
  t.same(JSON.parse(reply.text), { status: 503, code: 'NO_PEER', message: 'No origin can answer for the moment.' })
})
