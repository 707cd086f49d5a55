import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { discard } from '../../../edge/http/body.ts'
import { BodiesInUse } from '../../../edge/pipeline/bodies-in-use.ts'
import { PacedBody, PIECE_BYTES } from '../../../edge/pipeline/paced-body.ts'

const BYTES = new Uint8Array(3 * PIECE_BYTES + 1).map((_, i) => i % 251)

/** A reader that takes `ahead` pieces and then has enough until it is asked again. */
function read(ahead: number) {
  const budget = new ByteBudget(10_000_000)
  const inUse = new BodiesInUse(budget)
  const pieces: Uint8Array[] = []
  let ends = 0
  const reader = { room: ahead }
  const body = new PacedBody(BYTES, inUse)
  const flow = body.open({
    write(piece) {
      pieces.push(piece)
      reader.room -= 1
      return reader.room > 0
    },
    end() {
      ends += 1
    },
    fail: () => t.fail('bytes at hand do not fail'),
  })
  return { budget, inUse, pieces, reader, body, flow, ends: () => ends }
}

t.test('a reader that keeps up gets it in pieces, and costs nothing', async (t) => {
  const { budget, pieces, body, ends } = read(100)
  t.equal(body.lengthBytes, BYTES.byteLength)
  t.same(
    pieces.map((piece) => piece.byteLength),
    [PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 1],
  )
  t.ok(Buffer.concat(pieces).equals(BYTES))
  t.equal(ends(), 1)
  t.equal(budget.usedBytes, 0)
})

t.test('a slow reader gets the next piece when it has taken the last, and the body is in use until it has all', async (t) => {
  const { budget, pieces, reader, flow, ends } = read(1)
  for (const taken of [1, 2, 3, 4]) {
    t.equal(pieces.length, taken)
    t.equal(budget.usedBytes, BYTES.byteLength)
    t.equal(ends(), 0, 'the end waits for the last piece too')
    reader.room = 1
    flow.resume()
  }
  t.equal(ends(), 1)
  t.ok(Buffer.concat(pieces).equals(BYTES))
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
})

t.test('a reader that leaves lets go of it, once', async (t) => {
  const { budget, inUse, pieces, flow, ends } = read(2)
  t.equal(inUse.size, 1)
  flow.cancel()
  flow.cancel()
  flow.resume()
  t.equal(pieces.length, 2)
  t.equal(ends(), 0)
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
  t.equal(inUse.size, 0)
})

t.test('pausing from outside holds it as well', async (t) => {
  const { budget, pieces, reader, flow, ends } = read(1)
  reader.room = 100
  flow.pause()
  t.equal(pieces.length, 1)
  flow.resume()
  t.equal(ends(), 1)
  flow.pause()
  t.equal(budget.usedBytes, 0)
})

t.test('a body that nobody reads is let go', async (t) => {
  const budget = new ByteBudget(10_000_000)
  discard(new PacedBody(BYTES, new BodiesInUse(budget)))
  t.equal(budget.usedBytes, 0)
})

t.test('a reader that asks for more within a write is not called within itself', async (t) => {
  const inUse = new BodiesInUse(new ByteBudget(10_000_000))
  const body = new PacedBody(BYTES, inUse)
  let depth = 0
  let deepest = 0
  let bytes = 0
  body.open({
    write(piece) {
      depth += 1
      deepest = Math.max(deepest, depth)
      bytes += piece.byteLength
      body.pause()
      body.resume()
      depth -= 1
      return true
    },
    end() {},
    fail() {},
  })
  t.same([deepest, bytes, inUse.size], [1, BYTES.byteLength, 0])
})

t.test('slices are handed on one after the other, and keep the whole in use', async (t) => {
  const budget = new ByteBudget(10_000_000)
  const slices = [BYTES.subarray(5, 7), BYTES.subarray(0, PIECE_BYTES + 1)]
  const body = new PacedBody(BYTES, new BodiesInUse(budget), slices)
  t.equal(body.lengthBytes, PIECE_BYTES + 3)
  const pieces: Uint8Array[] = []
  const flow = body.open({ write: (piece) => pieces.push(piece) < 0, end() {}, fail() {} })
  t.equal(budget.usedBytes, BYTES.byteLength)
  for (let i = 0; i < 3; i++) flow.resume()
  t.same(
    pieces.map((piece) => piece.byteLength),
    [2, PIECE_BYTES, 1],
  )
  t.ok(Buffer.concat(pieces).equals(Buffer.concat(slices)))
  t.equal(budget.usedBytes, 0)
})
