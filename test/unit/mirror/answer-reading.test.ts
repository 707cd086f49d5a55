import { createHash } from 'node:crypto'
import t from 'tap'
import { MirrorCompareSchema } from '../../../edge/contract/mirror.ts'
import { validate } from '../../../edge/contract/validate.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { type AnswerReading, ReadingBody } from '../../../edge/mirror/answer-reading.ts'

function reader(compare: object) {
  const valid = validate(MirrorCompareSchema, compare)
  if (!valid.ok) throw new Error('not valid')
  const told: AnswerReading[] = []
  const head = { status: 200, fields: Fields.of({ 'Content-Type': 'text/plain', 'X-Two': ['a', 'b'] }) }
  return { told, body: new ReadingBody(head, valid.value, (reading) => told.push(reading)) }
}
const sha = (text: string) => createHash('sha256').update(text).digest('base64')

t.test('an answer is known by its status, its length, the fields that were chosen and a digest', async (t) => {
  const { told, body } = reader({ fields: ['x-two', 'CONTENT-TYPE', 'x-none'], body: 'digest' })
  body.chunk(Buffer.from('hel'))
  body.chunk(Buffer.from('lo'))
  body.end()
  t.same(told, [{ status: 200, lengthBytes: 5, digest: sha('hello'), fields: ['a, b', 'text/plain', null] }])
})

t.test('the digest is of the beginning, within its bound; the length is of all', async (t) => {
  const { told, body } = reader({ body: 'digest', maxBodyBytes: 4, fields: [] })
  for (const text of ['ab', 'cde', 'f']) body.chunk(Buffer.from(text))
  body.end()
  t.same(told, [{ status: 200, lengthBytes: 6, digest: sha('abcd'), fields: [] }])
})

t.test('of a body that broke off the length is not known, and its digest only beyond the bound', async (t) => {
  const short = reader({ body: 'digest', maxBodyBytes: 4, fields: [] })
  short.body.chunk(Buffer.from('abc'))
  short.body.cut()
  t.match(short.told, [{ lengthBytes: null, digest: null }])
  const long = reader({ body: 'digest', maxBodyBytes: 4, fields: [] })
  long.body.chunk(Buffer.from('abcde'))
  long.body.cut()
  t.match(long.told, [{ lengthBytes: null, digest: sha('abcd') }])
})

t.test('it is told once, and makes no digest that nobody wants', async (t) => {
  const { told, body } = reader({})
  body.chunk(Buffer.from('abc'))
  body.end()
  body.cut()
  t.match(told, [{ lengthBytes: 3, digest: null }])
  t.equal(told.length, 1)
})
