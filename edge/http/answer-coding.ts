// The content codings that answers are compressed with (RFC 9110 §8.4.1; br RFC 7932, gzip RFC 1952, zstd RFC 8878): a whole body at once, for
// keeping, or a body on its way.

import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { AnswerCoding } from '../contract/compress.ts'
import type { Body, BodyFlow, BodySink } from './body.ts'

// What is kept is sent many times, so it is made smaller than what goes by once. Levels beyond these cost several times the work for a per cent.
const KEPT = { br: 6, zstd: 6, gzip: 7 } as const
const PASSING = { br: 4, zstd: 3, gzip: 5 } as const

/** A whole body, compressed off this thread. @throws Error of zlib */
export function codeWhole(coding: AnswerCoding, bytes: Uint8Array): Promise<Buffer> {
  if (coding === 'br') return promisify(zlib.brotliCompress)(bytes, brotli(KEPT.br, bytes.byteLength))
  if (coding === 'zstd') return promisify(zlib.zstdCompress)(bytes, zstd(KEPT.zstd))
  return promisify(zlib.gzip)(bytes, { level: KEPT.gzip })
}

/** The same body, compressed on its way: whatever has come is sent on before the next is waited for. */
export function codePassing(coding: AnswerCoding, body: Body): Body {
  return { lengthBytes: null, open: (sink) => new Coding(coding, body, sink) }
}

/** A body on its way through a coder. The coder holds its window and what streams hold on either side. */
class Coding implements BodyFlow {
  readonly #sink: BodySink
  readonly #coder: ReturnType<typeof coderFor>
  readonly #source: BodyFlow
  #over = false

  constructor(coding: AnswerCoding, body: Body, sink: BodySink) {
    this.#sink = sink
    this.#coder = coderFor(coding)
    this.#coder.on('data', (chunk: Buffer) => {
      if (!this.#over && !this.#sink.write(chunk)) this.#coder.pause()
    })
    this.#coder.on('end', () => this.#end(() => this.#sink.end()))
    this.#coder.on('error', (fault) => this.#end(() => this.#sink.fail(fault)))
    this.#coder.on('drain', () => this.#source.resume())
    this.#source = body.open({
      write: (chunk) => this.#code(chunk),
      end: () => void this.#coder.end(),
      fail: (fault) => this.#end(() => this.#sink.fail(fault)),
    })
  }

  pause(): void {
    this.#coder.pause()
  }

  resume(): void {
    this.#coder.resume()
  }

  cancel(): void {
    this.#end(() => this.#source.cancel())
  }

  #code(chunk: Uint8Array): boolean {
    if (this.#over) return false
    // The bytes may be written over once this returns; the coder reads them later, on another thread.
    const room = this.#coder.write(Buffer.from(chunk))
    // An event of a stream, a line of a log: who waits for it must not wait for the next one.
    this.#coder.flush()
    return room
  }

  #end(tell: () => void): void {
    if (this.#over) return
    this.#over = true
    tell()
    this.#coder.destroy()
  }
}

function coderFor(coding: AnswerCoding) {
  if (coding === 'br') return zlib.createBrotliCompress(brotli(PASSING.br, 0))
  if (coding === 'zstd') return zlib.createZstdCompress(zstd(PASSING.zstd))
  return zlib.createGzip({ level: PASSING.gzip })
}

function brotli(quality: number, sizeBytes: number) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants
  return { params: { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_SIZE_HINT]: sizeBytes } }
}

function zstd(level: number) {
  return { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }
}
