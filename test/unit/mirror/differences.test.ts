import t from 'tap'
import { MirrorCompareSchema } from '../../../edge/contract/mirror.ts'
import { validate } from '../../../edge/contract/validate.ts'
import type { AnswerReading } from '../../../edge/mirror/answer-reading.ts'
import { differencesOf } from '../../../edge/mirror/differences.ts'

function compareOf(compare: object) {
  const valid = validate(MirrorCompareSchema, compare)
  if (!valid.ok) throw new Error('not valid')
  return valid.value
}
const reading = (changes: Partial<AnswerReading> = {}): AnswerReading => ({
  status: 200,
  lengthBytes: 10,
  digest: 'AAA=',
  fields: ['text/html', null],
  ...changes,
})

t.test('answers that are alike have none', async (t) => {
  t.same(differencesOf(reading(), reading(), compareOf({ body: 'digest' })), [])
})

t.test('of another status nothing else is said', async (t) => {
  t.same(differencesOf(reading(), reading({ status: 500, lengthBytes: 3, digest: 'B' }), compareOf({})), [
    { kind: 'status', name: '', origin: '200', mirror: '500' },
  ])
})

t.test('length, fields and digest are told apart, each with both values', async (t) => {
  const mirror = reading({ lengthBytes: 11, digest: 'BBB=', fields: ['text/plain', '/login'] })
  t.same(differencesOf(reading(), mirror, compareOf({ body: 'digest' })), [
    { kind: 'length', name: '', origin: '10', mirror: '11' },
    { kind: 'field', name: 'content-type', origin: 'text/html', mirror: 'text/plain' },
    { kind: 'field', name: 'location', origin: '-', mirror: '/login' },
    { kind: 'body', name: '', origin: 'AAA=', mirror: 'BBB=' },
  ])
})

t.test('what is not known, or not wanted, differs from nothing', async (t) => {
  t.same(differencesOf(reading(), reading({ lengthBytes: null, digest: null }), compareOf({ body: 'digest' })), [])
  t.same(differencesOf(reading(), reading({ lengthBytes: 11 }), compareOf({ length: 'off' })), [])
})

t.test('secrets are not told, and values are short', async (t) => {
  const compare = compareOf({ fields: ['Set-Cookie', 'Location'] })
  const found = differencesOf(
    reading({ fields: ['sid=1', `/${'a'.repeat(300)}`] }),
    reading({ fields: ['sid=2', '/in?token=42&next=1'] }),
    compare,
  )
  t.match(found, [{ name: 'set-cookie', origin: '***', mirror: '***' }, { mirror: '/in?token=***&next=1' }])
  t.equal(found[1]?.origin.length, 160)
})
