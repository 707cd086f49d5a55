import t from 'tap'
import { isSameBody, sameValidators, statusVerdict } from '../../../edge/cache/drift.ts'
import { type Body, bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'

t.test('a status that differs says what became of the page, or nothing', async (t) => {
  const verdicts = [200, 404, 410, 301, 500, 403, 429, 101].map((now) => statusVerdict({ status: 200 }, now))
  t.same(verdicts, ['compare', 'gone', 'gone', 'status', 'error', 'error', 'error', 'error'])
  t.equal(statusVerdict({ status: 404 }, 404), 'compare')
  t.equal(statusVerdict({ status: 404 }, 200), 'status')
})

t.test('validators are the same when both are, or are both absent', async (t) => {
  const tag = Fields.of({ etag: '"a"' })
  t.ok(sameValidators(tag, Fields.of({ ETag: '"a"', date: 'x' })))
  t.ok(sameValidators(Fields.of(), Fields.of()))
  t.notOk(sameValidators(tag, Fields.of({ etag: 'W/"a"' })))
  t.notOk(sameValidators(tag, Fields.of({ etag: '"a"', 'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT' })))
})

/** A body of chunks that come later, and what was done to its flow. */
function chunked(chunks: readonly string[], end: 'whole' | 'cut' = 'whole'): Body & { cancelled: number; read: number } {
  const body = {
    lengthBytes: null,
    cancelled: 0,
    read: 0,
    open(sink: Parameters<Body['open']>[0]) {
      void Promise.resolve().then(() => {
        for (const chunk of chunks) {
          if (body.cancelled > 0) return
          body.read += 1
          sink.write(Buffer.from(chunk))
        }
        if (body.cancelled > 0) return
        if (end === 'whole') sink.end()
        else sink.fail(new Error('cut'))
      })
      return {
        pause() {},
        resume() {},
        cancel() {
          body.cancelled += 1
        },
      }
    },
  }
  return body
}

t.test('a body is compared as it comes, and read no further than to the first difference', async (t) => {
  const kept = Buffer.from('abcdef')
  t.equal(await isSameBody(kept, chunked(['ab', 'cd', 'ef'])), true)
  const other = chunked(['ab', 'cX', 'ef'])
  t.equal(await isSameBody(kept, other), false)
  t.match(other, { cancelled: 1, read: 2 })
  t.equal(await isSameBody(kept, chunked(['abcdef', 'g'])), false)
  t.equal(await isSameBody(kept, chunked(['abcde'])), false)
  t.equal(await isSameBody(kept, chunked([])), false)
  t.equal(await isSameBody(new Uint8Array(0), chunked([])), true)
})

t.test('a body at hand, and one of another length', async (t) => {
  t.equal(await isSameBody(Buffer.from('abc'), bytesBody(Buffer.from('abc'))), true)
  t.equal(await isSameBody(Buffer.from('abc'), bytesBody(Buffer.from('abX'))), false)
  const long = { ...chunked(['abcd']), lengthBytes: 4 }
  t.equal(await isSameBody(Buffer.from('abc'), long), false)
})

t.test('one that breaks off says nothing', async (t) => {
  await t.rejects(isSameBody(Buffer.from('abc'), chunked(['ab'], 'cut')), { message: 'cut' })
})

t.test('bytes that all workers share are compared too', async (t) => {
  const shared = new Uint8Array(new SharedArrayBuffer(3))
  shared.set(Buffer.from('abc'))
  t.equal(await isSameBody(shared, chunked(['a', 'bc'])), true)
})
