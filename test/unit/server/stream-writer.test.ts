import { EventEmitter } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import t from 'tap'
import { SLICE_BYTES, StreamWriter } from '../../../edge/server/stream-writer.ts'

/** A stream that takes what it is given when the test says so. */
class HeldStream extends EventEmitter {
  readonly written: number[] = []
  writableLength = 0
  ended = false

  write(bytes: Uint8Array): boolean {
    if (this.ended) throw new Error('written behind the end')
    this.written.push(bytes.byteLength)
    this.writableLength += bytes.byteLength
    return this.writableLength < SLICE_BYTES
  }

  end(): void {
    this.ended = true
  }
}

function writerOf(stream: HeldStream): StreamWriter {
  return new StreamWriter(stream as unknown as ServerHttp2Stream, 500)
}

t.test('small bytes go as they are, large ones in slices, the next when one is taken', async (t) => {
  const stream = new HeldStream()
  const writer = writerOf(stream)
  t.equal(writer.write(new Uint8Array(100)), true)
  t.equal(writer.write(new Uint8Array(2 * SLICE_BYTES + 1)), false)
  t.same(stream.written, [100, SLICE_BYTES])
  writer.end()
  t.notOk(stream.ended, 'the end is behind what waits')
  stream.writableLength = 0
  t.equal(writer.drained(), false)
  stream.writableLength = 0
  t.equal(writer.drained(), true)
  t.same(stream.written, [100, SLICE_BYTES, SLICE_BYTES, 1])
  t.ok(stream.ended)
})

t.test('bytes that come while others wait are behind them', async (t) => {
  const stream = new HeldStream()
  const writer = writerOf(stream)
  writer.write(new Uint8Array(SLICE_BYTES + 10))
  t.equal(writer.write(new Uint8Array(5)), false)
  stream.writableLength = 0
  t.equal(writer.drained(), true)
  t.same(stream.written, [SLICE_BYTES, 15])
})

t.test('stuck is who takes nothing, not who is always behind', async (t) => {
  const stream = new HeldStream()
  const writer = writerOf(stream)
  writer.write(new Uint8Array(10))
  t.equal(writer.stuckMs(900), 400, 'since the beginning')
  stream.writableLength = 0
  t.equal(writer.stuckMs(1_000), 0, 'nothing waits')
  writer.write(new Uint8Array(10))
  t.equal(writer.stuckMs(2_000), 1_000, 'since it was last seen with nothing to take')
  t.equal(writer.stuckMs(3_000), 2_000)
  // As much is taken as is written: the queue looks the same.
  stream.writableLength = 0
  writer.write(new Uint8Array(10))
  t.equal(writer.stuckMs(4_000), 0)
  t.equal(writer.stuckMs(9_000), 5_000)
  stream.writableLength = 0
  t.equal(writer.stuckMs(10_000), 0)
})
