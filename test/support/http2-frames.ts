// A small HTTP/2 client that sends whatever frames a test wants, right or wrong, and keeps the frames that come back.

import { connect, type TLSSocket } from 'node:tls'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

/** Frame types. @see RFC 9113 §6 */
export const DATA = 0
export const HEADERS = 1
export const RST_STREAM = 3
export const SETTINGS = 4
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9

/** Frame flags. */
export const END_STREAM = 0x1
export const ACK = 0x1
export const END_HEADERS = 0x4

/** Error codes. @see RFC 9113 §7 */
export const NO_ERROR = 0
export const PROTOCOL_ERROR = 1
export const INTERNAL_ERROR = 2
export const CANCEL = 8
export const ENHANCE_YOUR_CALM = 11

/** A frame as it came. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** A field as it goes out: name and value, byte for byte. */
export type Field = readonly [name: string, value: string]

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const SETTINGS_HEADER_TABLE_SIZE = 1
/** Pause between two looks at what came. */
const EVERY_MS = 2
const SETTINGS_INITIAL_WINDOW_SIZE = 4

/** One frame. */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A field block of literals that are never indexed (RFC 7541 §6.2.3). */
export function block(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0x10]), text(name), text(value)]))
}

/** The whole head of a request in one HEADERS frame. */
export function head(stream: number, fields: readonly Field[], flags: number = END_STREAM): Buffer {
  return frame(HEADERS, flags | END_HEADERS, stream, block(fields))
}

/** The pseudo fields of a request, and more fields behind them. */
export function get(path: string, ...more: readonly Field[]): Field[] {
  return [[':method', 'GET'], [':scheme', 'https'], [':authority', 'www.example.org'], [':path', path], ...more]
}

/** The same for a POST. */
export function post(path: string, ...more: readonly Field[]): Field[] {
  return [[':method', 'POST'], ...get(path, ...more).slice(1)]
}

/** A frame whose payload is one number of four bytes. */
export function number32(type: number, stream: number, value: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(value)
  return frame(type, 0, stream, payload)
}

// A string without Huffman coding (RFC 7541 §5.2), its length as an integer with a prefix of seven bits (§5.1).
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  const length: number[] = []
  if (bytes.length < 127) length.push(bytes.length)
  else {
    length.push(127)
    let rest = bytes.length - 127
    for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128)
    length.push(rest)
  }
  return Buffer.concat([Buffer.from(length), bytes])
}

/** A connection whose frames the test makes. */
export class FrameClient {
  readonly socket: TLSSocket
  readonly frames: Frame[] = []
  /** How the connection ended: 'open' while it lasts, 'fin', or the code of an error. */
  end = 'open'
  #rest: Buffer = Buffer.alloc(0)

  private constructor(socket: TLSSocket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('end', () => {
      if (this.end === 'open') this.end = 'fin'
    })
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      this.end = cause.code ?? 'error'
    })
  }

  /** Connects, and says preface and settings; destroyed when the test ends. @param windowBytes the stream window for answers */
  static async connect(t: Scope, port: number, windowBytes = 65_535): Promise<FrameClient> {
    const socket = connect({ port, host: '127.0.0.1', servername: 'www.example.org', ALPNProtocols: ['h2'], rejectUnauthorized: false })
    t.teardown(() => socket.destroy())
    socket.setNoDelay(true)
    const client = new FrameClient(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    })
    client.send(PREFACE, settings([SETTINGS_HEADER_TABLE_SIZE, 0], [SETTINGS_INITIAL_WINDOW_SIZE, windowBytes]))
    await client.waitFor((one) => one.type === SETTINGS && (one.flags & ACK) !== 0, 'the settings to be acknowledged')
    return client
  }

  /** Sends bytes in one piece. */
  send(...pieces: readonly (Buffer | string)[]): void {
    if (!this.socket.writable) return
    this.socket.write(Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece))))
  }

  /** The first frame that fits, now or later. */
  async waitFor(fits: (one: Frame) => boolean, what: string): Promise<Frame> {
    return (await until(() => this.frames.find(fits), { what, everyMs: EVERY_MS })) as Frame
  }

  /** How a stream was answered: its status, or its error code as `reset N`; `goaway N` when the connection ended instead. */
  async outcome(stream: number): Promise<string> {
    return (await until(() => this.#outcomeNow(stream), { what: `an answer on stream ${stream}`, everyMs: EVERY_MS })) as string
  }

  /** Waits until a stream has ended, and gives the bytes of its answer as latin1. */
  async body(stream: number): Promise<string> {
    await this.waitFor((one) => one.stream === stream && isEnd(one), `the end of stream ${stream}`)
    return this.bytes(stream).toString('latin1')
  }

  /** The bytes of an answer that came so far. */
  bytes(stream: number): Buffer {
    return Buffer.concat(this.frames.filter((one) => one.stream === stream && one.type === DATA).map((one) => one.payload))
  }

  /** The error code with which a stream was reset, or null. */
  resetCode(stream: number): number | null {
    return this.frames.find((one) => one.stream === stream && one.type === RST_STREAM)?.payload.readUInt32BE(0) ?? null
  }

  /** The error code with which the connection was ended, or null. */
  get goaway(): number | null {
    return this.frames.find((one) => one.type === GOAWAY)?.payload.readUInt32BE(4) ?? null
  }

  /** Waits until the connection is over. */
  async closed(): Promise<void> {
    await until(() => this.socket.destroyed, { what: 'the connection to end' })
  }

  #outcomeNow(stream: number): string | null {
    const answer = this.frames.find((one) => one.stream === stream && one.type === HEADERS && statusOf(one.payload) >= 200)
    if (answer !== undefined) return String(statusOf(answer.payload))
    const reset = this.resetCode(stream)
    if (reset !== null) return `reset ${reset}`
    return this.goaway === null || this.goaway === NO_ERROR ? (this.end === 'open' ? null : this.end) : `goaway ${this.goaway}`
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 9) {
      const length = this.#rest.readUIntBE(0, 3)
      if (this.#rest.length < 9 + length) return
      const [type, flags] = [this.#rest[3] ?? 0, this.#rest[4] ?? 0]
      this.#take({ type, flags, stream: this.#rest.readUInt32BE(5), payload: Buffer.from(this.#rest.subarray(9, 9 + length)) })
      this.#rest = this.#rest.subarray(9 + length)
    }
  }

  #take(one: Frame): void {
    this.frames.push(one)
    if (one.type === SETTINGS && (one.flags & ACK) === 0) this.send(frame(SETTINGS, ACK, 0))
  }
}

/** A SETTINGS frame. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6)
  pairs.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, i * 6)
    payload.writeUInt32BE(value, i * 6 + 2)
  })
  return frame(SETTINGS, 0, 0, payload)
}

function isEnd(one: Frame): boolean {
  if (one.type === RST_STREAM) return true
  return (one.type === DATA || one.type === HEADERS) && (one.flags & END_STREAM) !== 0
}

const STATIC_STATUSES = [200, 204, 206, 304, 400, 404, 500]

/** The status that a field block begins with. The client's table holds nothing, so it is in the static table or a literal. */
function statusOf(payload: Buffer): number {
  // Changes of the table size stand before everything else (RFC 7541 §4.2).
  let at = 0
  while (((payload[at] ?? 0) & 0xe0) === 0x20) at += 1
  const first = payload[at] ?? 0
  if ((first & 0x80) !== 0) return STATIC_STATUSES[(first & 0x7f) - 8] ?? 0
  const length = payload[at + 1] ?? 0
  const value = payload.subarray(at + 2, at + 2 + (length & 0x7f))
  return Number((length & 0x80) === 0 ? value.toString('latin1') : huffmanDigits(value))
}

// Digits in the Huffman code (RFC 7541 appendix B): 0 to 2 have five bits, the others six.
function huffmanDigits(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let digits = ''
  for (let at = 0; at + 5 <= bits.length; ) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2)
    const six = Number.parseInt(bits.slice(at, at + 6).padEnd(6, '1'), 2)
    if (five <= 2) {
      digits += five
      at += 5
    } else if (six >= 25 && six <= 31) {
      digits += six - 22
      at += 6
    } else break
  }
  return digits
}
