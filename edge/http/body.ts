// A body on its way: bytes are pushed into a sink, and the sink says when it has enough. Nothing buffers a whole body unless
// a rule asks for it. A push costs no promise per chunk, so that passing bytes through stays cheap.
//
// Invariant: after open(), the sink hears any number of write(), then exactly one of end() or fail(), and nothing more.
// After cancel() it hears nothing at all.

/** Where the bytes of a body go. */
export interface BodySink {
  /** @returns false when the sink has enough: the source then waits for `resume` of its flow */
  write(chunk: Uint8Array): boolean
  end(): void
  fail(fault: unknown): void
}

/** The tap of an open body. */
export interface BodyFlow {
  pause(): void
  resume(): void
  /** Stops for good and frees what is behind; harmless when the body is over. */
  cancel(): void
}

/** A body that can be opened once. */
export interface Body {
  /** Its length when it is known beforehand. */
  readonly lengthBytes: number | null
  open(sink: BodySink): BodyFlow
}

const NO_FLOW: BodyFlow = { pause() {}, resume() {}, cancel() {} }

/** The longest body that is kept as text too, so that it leaves in one write with its head. */
export const MAX_TEXT_BYTES = 4_096

/** A body of bytes at hand, or of a text for as many. It may be opened again and again. */
export class BytesBody implements Body {
  readonly lengthBytes: number
  #bytes: Uint8Array | null
  #text: string | null

  /** @param whole bytes, or a latin1 text for them, which takes a twentieth of the time to make */
  constructor(whole: Uint8Array | string) {
    this.lengthBytes = whole.length
    this.#bytes = typeof whole === 'string' ? null : whole
    this.#text = typeof whole === 'string' ? whole : null
  }

  /** The bytes; of a text they are made when they are first asked for. */
  get bytes(): Uint8Array {
    if (this.#bytes === null) {
      const bytes = Buffer.allocUnsafeSlow(this.lengthBytes)
      bytes.write(this.text, 'latin1')
      this.#bytes = bytes
    }
    return this.#bytes
  }

  /** The bytes as latin1 text, for bodies up to MAX_TEXT_BYTES; made once. */
  get text(): string {
    this.#text ??= Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString('latin1')
    return this.#text
  }

  /** Lets go of the text, which is made anew when it is asked for. */
  forgetText(): void {
    if (this.#bytes !== null) this.#text = null
  }

  open(sink: BodySink): BodyFlow {
    if (this.bytes.byteLength > 0) sink.write(this.bytes)
    sink.end()
    return NO_FLOW
  }
}

/** A body of bytes at hand. */
export function bytesBody(bytes: Uint8Array): BytesBody {
  return new BytesBody(bytes)
}

/** A body of as many bytes as a text has characters, none beyond latin1. */
export function textBody(text: string): BytesBody {
  return new BytesBody(text)
}

/** Lets go of a body that nobody reads. */
export function discard(body: Body | null): void {
  body?.open({ write: () => false, end() {}, fail() {} }).cancel()
}

/** Reads a body to its end for the sake of who watches it. */
export function drain(body: Body): void {
  body.open({ write: () => true, end() {}, fail() {} })
}

/** Reads a body to its end. @returns when it is over @throws what it broke off with */
export function ended(body: Body | null): Promise<void> {
  if (body === null) return Promise.resolve()
  return new Promise((resolve, reject) => body.open({ write: () => true, end: resolve, fail: reject }))
}

/** What watches a body go by. */
export interface BodyWatcher {
  chunk(bytes: Uint8Array): void
  end(): void
  /** The body broke off, or its reader went away. */
  cut(): void
}

/** The same body, watched on its way. */
export function watchedBody(body: Body, watcher: BodyWatcher): Body {
  return {
    lengthBytes: body.lengthBytes,
    open(sink) {
      let over = false
      const flow = body.open({
        write(chunk) {
          watcher.chunk(chunk)
          return sink.write(chunk)
        },
        end() {
          over = true
          watcher.end()
          sink.end()
        },
        fail(fault) {
          over = true
          watcher.cut()
          sink.fail(fault)
        },
      })
      return {
        pause: () => flow.pause(),
        resume: () => flow.resume(),
        cancel() {
          if (!over) watcher.cut()
          over = true
          flow.cancel()
        },
      }
    },
  }
}
