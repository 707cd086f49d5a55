import type { Socket } from 'node:net'
import t from 'tap'
import { SocketWriter } from '../../../edge/server/socket-writer.ts'

/** A socket that takes what it is given when the test says so. */
class HeldSocket {
  /** System calls: what is written while corked is one. */
  readonly calls: string[] = []
  writableLength = 0
  bytesWritten = 0
  remoteFamily: string | undefined = 'IPv4'
  destroyed = false
  ends: string[] = []
  _handle = { writeQueueSize: 0 }
  _parent: HeldSocket | null = null
  #corked: string | null = null

  get writableNeedDrain(): boolean {
    return this.writableLength >= 100_000
  }

  write(data: string | Uint8Array): boolean {
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
    if (this.#corked === null) this.calls.push(text)
    else this.#corked += text
    this.writableLength += text.length
    this.bytesWritten += text.length
    this._handle.writeQueueSize += text.length
    return !this.writableNeedDrain
  }

  cork(): void {
    this.#corked = ''
  }

  uncork(): void {
    this.calls.push(this.#corked ?? '')
    this.#corked = null
  }

  /** The kernel takes so many bytes of the write that is under way. */
  takePart(bytes: number): void {
    this._handle.writeQueueSize -= bytes
  }

  takeAll(): void {
    this._handle.writeQueueSize = 0
    this.writableLength = 0
  }

  resetAndDestroy(): void {
    this.ends.push('reset')
  }

  destroy(): void {
    this.ends.push('destroy')
  }
}

const writerOf = (socket: HeldSocket) => new SocketWriter(socket as unknown as Socket)
const bytes = (text: string) => Buffer.from(text, 'latin1')

t.test('whatever is written, it is one call', async (t) => {
  for (const [head, body, tail] of [
    ['head', '', ''],
    ['', 'body', ''],
    ['head\xe9', 'body\xff', 'tail'],
    ['head', 'body', ''],
    ['head', '', 'tail'],
    ['', 'body', 'tail'],
    ['head', 'x'.repeat(20_000), 'tail'],
    ['', 'x'.repeat(20_000), ''],
    ['head', 'x'.repeat(20_000), ''],
  ] as const) {
    const socket = new HeldSocket()
    t.equal(writerOf(socket).write(head, bytes(body), tail), true)
    t.same(socket.calls, [head + body + tail])
  }
})

t.test('it says when the client is behind', async (t) => {
  const socket = new HeldSocket()
  const writer = writerOf(socket)
  t.equal(writer.waiting, false)
  t.equal(writer.write('head', bytes('x'.repeat(200_000)), 'tail'), false)
  t.equal(writer.behind, true)
  socket.takeAll()
  t.equal(writer.behind, false)
  writer.write('a', bytes(''), '')
  t.equal(writer.behind, false)
  t.equal(writer.waiting, true)
})

t.test('a client is stuck since it took the last byte, however large the write is', async (t) => {
  const socket = new HeldSocket()
  const writer = writerOf(socket)
  writer.write('', bytes('x'.repeat(50_000)), '')
  t.equal(writer.stuckMs(5_000), 0, 'from the first look on')
  t.equal(writer.stuckMs(6_000), 1_000)
  socket.takePart(1)
  t.equal(writer.stuckMs(7_000), 0)
  t.equal(writer.stuckMs(9_500), 2_500)
  socket.takeAll()
  t.equal(writer.stuckMs(10_000), 0, 'nothing waits')
  writer.write('', bytes('x'), '')
  t.equal(writer.stuckMs(11_000), 0)
  t.equal(writer.stuckMs(12_000), 1_000)
})

t.test('a client that takes as much as is written is not stuck, though as much waits at every look', async (t) => {
  const socket = new HeldSocket()
  const writer = writerOf(socket)
  for (let atMs = 0; atMs < 60_000; atMs += 250) {
    writer.write('', bytes('x'.repeat(50_000)), '')
    t.equal(writer.stuckMs(atMs), 0)
    socket.takeAll()
  }
})

t.test('what a connection over TLS has not taken is seen below it', async (t) => {
  const below = new HeldSocket()
  const socket = new HeldSocket()
  socket._parent = below
  const writer = writerOf(socket)
  writer.write('', bytes('x'.repeat(50_000)), '')
  below._handle.writeQueueSize = 51_000
  writer.stuckMs(1_000)
  t.equal(writer.stuckMs(2_000), 1_000)
  below.takePart(10)
  t.equal(writer.stuckMs(3_000), 0)
})

t.test('a socket without a handle is as far as it is', async (t) => {
  const socket = new HeldSocket()
  const writer = writerOf(socket)
  writer.write('', bytes('x'), '')
  Object.assign(socket, { _handle: null })
  writer.stuckMs(1_000)
  t.equal(writer.stuckMs(2_000), 1_000)
})

t.test('a reset is one of TCP, below TLS too; what cannot be reset is destroyed', async (t) => {
  const plain = new HeldSocket()
  writerOf(plain).reset()
  t.same(plain.ends, ['reset', 'destroy'])
  const below = new HeldSocket()
  const secure = new HeldSocket()
  secure._parent = below
  writerOf(secure).reset()
  t.same([below.ends, secure.ends], [['reset'], ['destroy']])
  const unix = new HeldSocket()
  unix.remoteFamily = undefined
  writerOf(unix).reset()
  t.same(unix.ends, ['destroy'])
})
