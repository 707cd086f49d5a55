import t from 'tap'
import { rawRefusal, refusalText } from '../../../edge/server/refusal.ts'

t.test('a refusal has its status, the JSON of every fault, and ends the connection', async (t) => {
  const [head, body] = rawRefusal('FIELDS_TOO_LARGE').split('\r\n\r\n')
  t.match(head, /^HTTP\/1\.1 431 \w+\r\n/)
  t.match(head, /\r\nconnection: close$/)
  t.match(head, `content-length: ${Buffer.byteLength(body ?? '')}`)
  t.same(JSON.parse(body ?? ''), { status: 431, code: 'FIELDS_TOO_LARGE', message: 'The request fields are too large or too many.' })
  t.equal(refusalText('FIELDS_TOO_LARGE'), body)
})
