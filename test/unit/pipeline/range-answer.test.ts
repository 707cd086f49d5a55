import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { entryAnswer } from '../../../edge/pipeline/entry-answer.ts'
import { PIECE_BYTES } from '../../../edge/pipeline/paced-body.ts'
import { partFits } from '../../../edge/pipeline/range-answer.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { readBody } from '../../support/read-body.ts'
import { makeEntry } from '../cache/make-entry.ts'

const MODIFIED = 'Thu, 01 Jan 2026 11:00:00 GMT'
const FIELDS = { 'Content-Type': 'text/plain', ETag: '"v1"', 'Last-Modified': MODIFIED, Date: 'Thu, 01 Jan 2026 12:00:00 GMT' }
const HIT = { outcome: { kind: 'hit', ttlMs: 5_000, level: 'L1' }, servedBy: 'hit' } as const

async function answerTo(headers: Record<string, string | string[]>, changes: Partial<Entry> = {}, method: Asking['method'] = 'GET') {
  const line = new Line()
  const { asked, x } = line.asked({ headers, method })
  const entry = makeEntry({ fields: Fields.of({ ...FIELDS, 'Accept-Ranges': 'bytes' }), body: Buffer.from('0123456789'), ...changes })
  const answer = entryAnswer(asked.request, entry, { ...HIT, nowMs: line.clock.wallMs() }, x)
  const lengthBytes = answer.body?.lengthBytes
  return { ...answer, ...(await readBody(answer.body)), lengthBytes, range: answer.fields.get('content-range') }
}

t.test('a range is answered with its bytes, and with all that the whole would say', async (t) => {
  const answer = await answerTo({ Range: 'bytes=2-4' })
  t.match(answer, { status: 206, text: '234', lengthBytes: 3, range: 'bytes 2-4/10', servedBy: 'hit' })
  for (const name of ['etag', 'last-modified', 'date', 'age', 'accept-ranges', 'cache-status']) t.ok(answer.fields.has(name), name)
  t.equal(answer.fields.get('content-type'), 'text/plain')
  t.match(await answerTo({ Range: 'bytes=-1' }), { status: 206, text: '9', range: 'bytes 9-9/10' })
  t.match(await answerTo({ Range: 'bytes=7-' }), { status: 206, text: '789', range: 'bytes 7-9/10' })
  t.match(await answerTo({ Range: 'bytes=0-' }), { status: 206, text: '0123456789', range: 'bytes 0-9/10' })
})

t.test('several ranges come as parts of one body', async (t) => {
  const answer = await answerTo({ Range: 'bytes=0-1,8-9' })
  const type = answer.fields.get('content-type') ?? ''
  const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{32})$/.exec(type)?.[1] ?? t.fail(type)
  t.equal(answer.range, undefined)
  t.equal(answer.lengthBytes, answer.text.length)
  t.match(answer.text, `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--${boundary}--\r\n`)
  t.match(await answerTo({ Range: 'bytes=0-,0-,0-,-9' }), { status: 206, text: '0123456789' }, 'no byte is sent twice')
})

t.test('beyond the end there is a 416 that says how long it is and that nobody keeps', async (t) => {
  const answer = await answerTo({ Range: 'bytes=10-' }, { fields: Fields.of({ ...FIELDS, 'Cache-Control': 'max-age=60', Vary: 'Origin' }) })
  t.match(answer, { status: 416, text: '', lengthBytes: 0, range: 'bytes */10' })
  t.equal(answer.fields.get('cache-control'), 'no-store')
  for (const name of ['etag', 'last-modified', 'content-type', 'age', 'expires']) t.notOk(answer.fields.has(name), name)
  t.equal(answer.fields.get('vary'), 'Origin')
})

t.test('what is no range, or has none, is answered whole', async (t) => {
  const whole = { status: 200, text: '0123456789', lengthBytes: 10, range: undefined }
  for (const range of ['bytes=x', 'lines=0-1', 'bytes=4-3', `bytes=${'0-0,'.repeat(40)}`])
    t.match(await answerTo({ Range: range }), whole, range)
  t.match(await answerTo({ Range: ['bytes=0-1', 'bytes=2-3'] }), whole, 'two lines')
  t.match(await answerTo({ Range: 'bytes=0-1' }, { status: 404 }), { ...whole, status: 404 })
  t.match(await answerTo({ Range: 'bytes=0-1' }, {}, 'HEAD'), { status: 200, range: undefined })
  t.match(await answerTo({ Range: 'bytes=0-1' }, { body: Buffer.alloc(0) }), { status: 200, lengthBytes: 0 })
})

t.test('who has it already gets 304, whatever part was asked for', async (t) => {
  t.match(await answerTo({ Range: 'bytes=0-1', 'If-None-Match': '"v1"' }), { status: 304, range: undefined })
  t.match(await answerTo({ Range: 'bytes=20-', 'If-Modified-Since': MODIFIED }), { status: 304, range: undefined })
  t.match(await answerTo({ Range: 'bytes=0-1', 'If-None-Match': '"v0"', 'If-Modified-Since': MODIFIED }), { status: 206 })
})

t.test('a part is only sent to who has the rest of the same', async (t) => {
  const status = async (headers: Record<string, string>) => (await answerTo({ Range: 'bytes=20-,0-1', ...headers })).status
  t.equal(await status({ 'If-Range': '"v1"' }), 206)
  t.equal(await status({ 'If-Range': MODIFIED }), 206)
  for (const value of ['"v0"', 'W/"v1"', 'Thu, 01 Jan 2026 11:00:01 GMT', 'rubbish'])
    t.equal(await status({ 'If-Range': value }), 200, value)
  t.match(await answerTo({ Range: 'bytes=20-', 'If-Range': '"v0"' }), { status: 200 }, 'no 416 either')
  t.equal(await status({ 'If-Match': '"v1"' }), 206)
  t.equal(await status({ 'If-Match': '"v0"' }), 200, 'a 412 is the origin’s to say')
  t.equal(await status({ 'If-Unmodified-Since': 'Thu, 01 Jan 2026 10:00:00 GMT' }), 200)
})

t.test('without a Date a date says nothing of what the client has', async (t) => {
  const request = Fields.of({ 'If-Range': MODIFIED })
  t.equal(partFits(request, Fields.of({ 'Last-Modified': MODIFIED }), 0), false)
  t.equal(partFits(request, Fields.of(FIELDS), 0), true)
  t.equal(partFits(Fields.of(), Fields.of(), 0), true)
})

t.test('slices of a long body are not copied, and who is slow to read them keeps all of it in the budget', async (t) => {
  const body = Buffer.alloc(8 * PIECE_BYTES, 'a')
  const line = new Line()
  for (const range of ['bytes=1-2', `bytes=0-${2 * PIECE_BYTES},${3 * PIECE_BYTES}-`]) {
    const { asked, x } = line.asked({ headers: { Range: range } })
    const answer = entryAnswer(asked.request, makeEntry({ body }), { ...HIT, nowMs: line.clock.wallMs() }, x)
    const pieces: Uint8Array[] = []
    const flow = answer.body!.open({ write: (piece) => pieces.push(piece) < 0, end() {}, fail() {} })
    t.equal(line.budget.usedBytes, body.byteLength, range)
    flow.resume()
    t.ok(
      pieces.some((piece) => piece.buffer === body.buffer),
      'a view',
    )
    flow.cancel()
    t.equal(line.budget.usedBytes, 0)
  }
})
