// A client on a bare socket: sends what a test writes, reads answers with a strict reader, and waits for events, never for time.

import { connect, type Socket } from 'node:net'
import type { Scope } from './scope.ts'
import { readAnswer, type WholeMessage } from './strict-reader.ts'

/** An answer as it came. */
export interface WireAnswer {
  readonly status: number
  readonly text: string
  readonly message: WholeMessage
}

/** How a connection stands: open, ended in order by the other side, or broken with the code of an error. */
export type WireEnd = 'open' | 'fin' | 'reset'

/** How a wire client connects. */
export interface WireOptions {
  /** The loopback address it comes from. */
  readonly from?: string
  /** Methods of the requests it will send, in order; GET where nothing is said. */
  readonly methods?: readonly string[]
}

/** Deadline of every wait unless said otherwise. */
const DEADLINE_MS = 20_000

/** A connection under the hand of a test. */
export class WireClient {
  readonly socket: Socket
  readonly answers: WireAnswer[] = []
  /** Statuses of the interim answers. */
  readonly interims: number[] = []
  readonly #methods: readonly string[]
  readonly #waits = new Set<() => void>()
  #rest: Buffer = Buffer.alloc(0)
  #fault: string | null = null
  #end: WireEnd = 'open'
  #received = 0

  private constructor(port: number, options: WireOptions) {
    this.#methods = options.methods ?? []
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...(options.from ? { localAddress: options.from } : {}) })
    this.socket.setNoDelay(true)
    this.socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.socket.on('end', () => this.#finish('fin'))
    this.socket.on('error', () => this.#finish('reset'))
    this.socket.on('close', () => this.#finish('reset'))
  }

  /** Connects; the connection is destroyed when the test ends. @throws Error when nobody accepts */
  static async connect(t: Scope | null, port: number, options: WireOptions = {}): Promise<WireClient> {
    const client = new WireClient(port, options)
    t?.teardown(() => client.socket.destroy())
    await new Promise<void>((resolve, reject) => {
      client.socket.once('connect', resolve)
      client.socket.once('error', reject)
    })
    return client
  }

  get end(): WireEnd {
    return this.#end
  }

  /** What came and is no whole answer (yet). */
  get rest(): Buffer {
    return this.#rest
  }

  get receivedBytes(): number {
    return this.#received
  }

  /** What was wrong with what came, or null. */
  get fault(): string | null {
    return this.#fault
  }

  /** The part of the body that has come of an answer that is not whole; null while there is no head. */
  get partialBody(): Buffer | null {
    const reading = readAnswer(this.#rest, 0, this.#context())
    return reading.kind === 'partial' && reading.startLine !== null ? reading.body : null
  }

  /** Writes bytes, one per character. */
  send(bytes: string | Buffer): void {
    if (this.socket.writable) this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Waits until `isSo`, looked at whenever something comes or ends. @returns whether it came to be so in time */
  async comes(isSo: () => boolean, deadlineMs = DEADLINE_MS): Promise<boolean> {
    return isSo() || (await this.#next(isSo, deadlineMs))
  }

  /** Waits for that many answers in all. @throws Error when the connection ends or the deadline passes first */
  async answered(count: number, deadlineMs = DEADLINE_MS): Promise<WireAnswer> {
    const enough = () => this.answers.length >= count
    await this.comes(() => enough() || this.#end !== 'open' || this.#fault !== null, deadlineMs)
    if (!enough()) throw new Error(`${this.answers.length} of ${count} answers; ${this.describe()}`)
    return this.answers[count - 1] as WireAnswer
  }

  /** Waits until the other side has ended the connection, in whatever way. @throws Error when the deadline passes first */
  async closed(deadlineMs = DEADLINE_MS): Promise<WireEnd> {
    if (!(await this.comes(() => this.#end !== 'open', deadlineMs))) throw new Error(`not closed in ${deadlineMs} ms; ${this.describe()}`)
    return this.#end
  }

  /** How things stand, for the sentence of a failed test. */
  describe(): string {
    const statuses = this.answers.map(({ status }) => status).join(',')
    const rest = JSON.stringify(this.#rest.toString('latin1').slice(0, 200))
    return `answers [${statuses}], connection ${this.#end}, fault ${this.#fault}, rest ${rest}`
  }

  #next(isSo: () => boolean, deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (result: boolean) => {
        clearTimeout(timer)
        this.#waits.delete(look)
        resolve(result)
      }
      const look = () => {
        if (isSo()) settle(true)
      }
      const timer = setTimeout(() => settle(isSo()), deadlineMs)
      this.#waits.add(look)
    })
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.length
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#read()
    this.#tell()
  }

  #finish(end: WireEnd): void {
    if (this.#end !== 'open') return
    this.#end = end
    this.#read()
    this.#tell()
    // Our side ends too, so that neither holds on to a connection that is over.
    if (end === 'fin') this.socket.end()
  }

  #read(): void {
    while (this.#rest.length > 0 && this.#fault === null) {
      const reading = readAnswer(this.#rest, 0, this.#context())
      if (reading.kind === 'partial') return
      if (reading.kind === 'fault') {
        this.#fault = reading.why
        return
      }
      this.#rest = this.#rest.subarray(reading.end)
      const status = Number(reading.startLine.slice(9, 12))
      if (status < 200) this.interims.push(status)
      else this.answers.push({ status, text: reading.body.toString('latin1'), message: reading })
    }
  }

  #context() {
    const connection = ({ open: 'open', fin: 'ended', reset: 'broken' } as const)[this.#end]
    return { method: this.#methods[this.answers.length] ?? 'GET', connection }
  }

  #tell(): void {
    for (const look of [...this.#waits]) look()
  }
}
