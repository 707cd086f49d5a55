import t from 'tap'
import { multipartRanges, multipartType } from '../../../edge/http/multipart-ranges.ts'

const BODY = Buffer.from('0123456789')
const SLICES = [
  { first: 0, last: 1, bytes: BODY.subarray(0, 2) },
  { first: 8, last: 9, bytes: BODY.subarray(8) },
]
const text = (contentType: string | null) =>
  Buffer.concat(multipartRanges(SLICES, { boundary: 'b0', contentType, completeBytes: 10 })).toString('latin1')

t.test('each part has its own head, and the last delimiter ends the body', async (t) => {
  t.equal(multipartType('b0'), 'multipart/byteranges; boundary=b0')
  t.equal(
    text('text/plain'),
    [
      '--b0\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01',
      '\r\n--b0\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89',
      '\r\n--b0--\r\n',
    ].join(''),
  )
})

t.test('the slices are sent as they are, not copied', async (t) => {
  const pieces = multipartRanges(SLICES, { boundary: 'b0', contentType: null, completeBytes: 10 })
  t.equal(pieces[1], SLICES[0]!.bytes)
  t.equal(pieces[3], SLICES[1]!.bytes)
})

t.test('a media type that would write lines of its own is left out', async (t) => {
  t.notMatch(text('text/plain\r\nX-Evil: 1'), /Evil/)
  t.equal(text(null), text('a\nb'))
})
