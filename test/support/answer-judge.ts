// Plays one case of the corpus of answers to a client of an edge, and says in words what the client, or anybody else, got that it may not.

import type { Socket } from 'node:net'
import { type AnswerCase, type Got, STOLEN } from '../conformance/corpus/answer-case.ts'
import { type Asked, type ByteOrigin, plainAnswer, startByteOrigin } from './byte-origin.ts'
import type { Scope } from './scope.ts'
import { fieldOf } from './strict-reader.ts'
import { until } from './until.ts'
import { WireClient } from './wire-client.ts'

/** How the client asks: of a route that keeps nothing or one that keeps all it may, or over HTTP/1.0, where a close can end a body. */
export type Asks = 'plain' | 'kept' | 'over HTTP/1.0'

const VICTIM = /^\/plain\/victim\/\d+$/

/** An origin that plays the case it is given, and answers everybody else with their own target. */
export interface Stage {
  readonly origin: ByteOrigin
  /** The pool of it alone: asked once, waited for shortly, never left out. */
  readonly pool: object
  /** The case that is played to whoever asks for anything but a victim's page. */
  play(answerCase: AnswerCase): void
}

/** Starts the origin. */
export async function openStage(t: Scope): Promise<Stage> {
  let playing: AnswerCase | null = null
  const origin = await startByteOrigin(t, ({ target, socket, message }) => {
    if (playing !== null && !VICTIM.test(target)) return playPieces(playing, socket)
    socket.write(plainAnswer(target, ['Cache-Control: no-store']))
    if (message !== null && fieldOf(message, 'connection') === 'close') socket.end()
  })
  return {
    origin,
    pool: {
      peers: [{ address: `127.0.0.1:${origin.port}` }],
      tries: 1,
      firstByteTimeoutMs: 2_000,
      totalTimeoutMs: 2_000,
      idleTimeoutMs: 2_000,
      ejection: { consecutiveFailures: 1_000, maxEjectedRatio: 0 },
    },
    play(answerCase) {
      playing = answerCase
    },
  }
}

type Playable = Pick<AnswerCase, 'pieces' | 'ends'> & { readonly forever?: string | undefined }

function playPieces({ pieces, ends, forever }: Playable, socket: Socket): void {
  const [piece, ...rest] = pieces
  const next = () => {
    if (rest.length > 0) return void setImmediate(() => playPieces({ pieces: rest, ends, forever }, socket))
    if (forever !== undefined) return pour(Buffer.from(forever, 'latin1'), socket)
    if (ends === 'fin') socket.end()
    // Behind the bytes, not in their place: a reset at once would throw away what is still to be sent.
    if (ends === 'reset') setImmediate(() => socket.resetAndDestroy())
  }
  if (piece === '' || piece === undefined) return next()
  socket.write(Buffer.from(piece, 'latin1'), next)
}

function pour(bytes: Buffer, socket: Socket): void {
  const write = () => {
    while (socket.writable && socket.write(bytes));
    if (socket.writable) socket.once('drain', write)
  }
  write()
}

/** One judge: it gives each request a target of its own. */
export class AnswerJudge {
  readonly #port: number
  readonly #stage: Stage
  readonly #deadlineMs: number
  #count = 0

  /** @param deadlineMs how long whoever answers or ends a connection may take */
  constructor(port: number, stage: Stage, deadlineMs = 6_000) {
    this.#port = port
    this.#stage = stage
    this.#deadlineMs = deadlineMs
  }

  /** Plays a case. @returns what came of it that may not, in words; null when all is well */
  async judge(answerCase: AnswerCase, asks: Asks): Promise<string | null> {
    this.#stage.play(answerCase)
    const path = `/${asks === 'kept' ? 'kept' : 'plain'}/${++this.#count}`
    const first = await this.#ask(answerCase, asks, path)
    if (typeof first === 'string') return first
    if (asks !== 'kept' || first.got === 'whole') return null
    // What was cut or refused may not be kept: who asks next asks the origin.
    const again = await this.#ask(answerCase, asks, path)
    if (typeof again === 'string') return `asked again: ${again}`
    return again.asked === null ? `asked again: answered without the origin, ${again.got}` : null
  }

  async #ask(answerCase: AnswerCase, asks: Asks, path: string): Promise<string | { got: Got; asked: Asked | null }> {
    const { method = 'GET', reuse, later } = answerCase
    const { origin } = this.#stage
    const before = origin.asked.length
    const client = await WireClient.connect(null, this.#port, { methods: [method] })
    client.send(`${method} ${path} HTTP/${asks === 'over HTTP/1.0' ? '1.0' : '1.1'}\r\nHost: a\r\n\r\n`)
    const isOver = await client.comes(() => client.answers.length > 0 || client.end !== 'open' || client.fault !== null, this.#deadlineMs)
    const asked = origin.asked[before] ?? null
    if (!isOver) return this.#left(client, 'no end of the answer')
    const got = gotOf(answerCase, client)
    if (!(answerCase.allowed as readonly string[]).includes(got)) return this.#left(client, got)
    if (later !== undefined) asked?.socket.write(later, 'latin1')
    if (asked !== null && (reuse === 'must-not' || got !== 'whole')) {
      const closed = await until(() => origin.isClosed(asked.connection), { what: 'it', deadlineMs: this.#deadlineMs }).catch(() => false)
      if (!closed) return this.#left(client, `${got}: the connection to the origin stays open`)
    }
    const fault = (await this.#inStep(client)) ?? (await this.#victimFault())
    return fault === null ? { got: got as Got, asked } : this.#left(client, `${got}: ${fault}`)
  }

  // The same client asks for something else on the same connection, if there still is one.
  async #inStep(client: WireClient): Promise<string | null> {
    const { length } = client.answers
    const target = `/plain/victim/${++this.#count}`
    client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    if (!(await client.comes(() => client.end !== 'open', this.#deadlineMs))) return 'the connection of the client stays open'
    client.socket.destroy()
    const more = client.answers.slice(length).map(({ text }) => text)
    if (client.rest.includes(STOLEN) || more.some((text) => text !== target)) return `more bytes for the client: ${more.join()}`
    return null
  }

  async #victimFault(): Promise<string | null> {
    const target = `/plain/victim/${++this.#count}`
    const victim = await WireClient.connect(null, this.#port)
    victim.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    await victim.comes(() => victim.end !== 'open', this.#deadlineMs)
    victim.socket.destroy()
    const isFine = victim.answers.length === 1 && victim.answers[0]?.text === target && victim.rest.length === 0
    return isFine ? null : `somebody else asked for ${target}: ${victim.describe()} ${victim.answers[0]?.text}`
  }

  #left(client: WireClient, what: string): string {
    client.socket.destroy()
    return `${what}; ${client.describe()}`
  }
}

function gotOf({ status = 200, body, method, allowed }: AnswerCase, client: WireClient): string {
  if (client.fault !== null) return 'an answer that cannot be read'
  const answer = client.answers[0]
  if (answer === undefined && client.partialBody !== null) return cutOf(client.partialBody, body)
  // A connection that ends before a word was said looks like nothing but a failure, if the head was fine; otherwise a 502 is owed.
  if (answer === undefined) return allowed.includes('cut') && client.receivedBytes === 0 ? 'cut' : 'nothing'
  if (answer.status === 502 || answer.status === 504) return answer.text.includes(STOLEN) ? 'what is not its own' : 'bad-gateway'
  if (answer.status !== status) return `a status ${answer.status}`
  return answer.text === (method === 'HEAD' ? '' : body) ? 'whole' : `a whole answer with the body ${JSON.stringify(answer.text)}`
}

// What came before the cut must be the beginning of the body, and no byte of anything else.
function cutOf(part: Buffer, body: string): string {
  return body.startsWith(part.toString('latin1')) ? 'cut' : `a cut answer with the body ${JSON.stringify(part.toString('latin1'))}`
}
