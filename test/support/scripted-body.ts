import type { Body, BodyFlow, BodySink } from '../../edge/http/body.ts'

/** How far a body has come. */
export type BodyState = 'unopened' | 'open' | 'ended' | 'failed' | 'cancelled'

/** A body whose bytes come when the test says so; what is said before it is opened comes on opening. */
export class ScriptedBody implements Body {
  readonly lengthBytes: number | null
  state: BodyState = 'unopened'
  #sink: BodySink | null = null
  #early: ((sink: BodySink) => void)[] = []

  constructor(lengthBytes: number | null = null) {
    this.lengthBytes = lengthBytes
  }

  /** A body that is all here, and ends as soon as it is opened. */
  static of(text: string): ScriptedBody {
    return new ScriptedBody(Buffer.byteLength(text)).write(text).end()
  }

  /** Whether somebody opened it and it came to an end of some kind. */
  get over(): boolean {
    return this.state === 'ended' || this.state === 'failed' || this.state === 'cancelled'
  }

  write(text: string): this {
    return this.#tell((sink) => sink.write(Buffer.from(text)))
  }

  end(): this {
    return this.#tell((sink) => {
      this.state = 'ended'
      sink.end()
    })
  }

  fail(fault: unknown): this {
    return this.#tell((sink) => {
      this.state = 'failed'
      sink.fail(fault)
    })
  }

  open(sink: BodySink): BodyFlow {
    if (this.state !== 'unopened') throw new Error('a body was opened twice')
    this.state = 'open'
    this.#sink = sink
    for (const say of this.#early) if (!this.over) say(sink)
    this.#early = []
    return {
      pause() {},
      resume() {},
      cancel: () => {
        if (!this.over) this.state = 'cancelled'
      },
    }
  }

  #tell(say: (sink: BodySink) => void): this {
    if (this.#sink === null) this.#early.push(say)
    else if (!this.over) say(this.#sink)
    return this
  }
}
