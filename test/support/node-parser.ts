import { createRequire } from 'node:module'

// node:http has no door to its parser (llhttp); this module is how node's own code and its tests reach it.
const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as { HTTPParser: ParserClass; methods: readonly string[] }

interface ParserClass {
  new (): NodeParser
  readonly REQUEST: number
  readonly RESPONSE: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
}

interface NodeParser {
  [callback: number]: unknown
  initialize(type: number, resource: object): void
  execute(bytes: Buffer): number | Error
  finish(): Error | undefined
}

/** A message as node reads it. */
export interface NodeMessage {
  /** Empty in answers, as the target is; 0 stands for the status of a request. */
  readonly method: string
  readonly target: string
  readonly status: number
  readonly version: string
  readonly raw: readonly string[]
  readonly persistent: boolean
  /** Whether node takes what follows for another protocol. */
  readonly upgrade: boolean
  body: string
  whole: boolean
}

/** The methods that node knows. */
export const NODE_METHODS: readonly string[] = methods

/** What node makes of the bytes of a connection. */
export interface NodeReading {
  readonly messages: readonly NodeMessage[]
  /** The code of llhttp, e.g. HPE_INVALID_METHOD, or null. */
  readonly refusal: string | null
}

/** Has node read requests, as strictly as it does for servers. */
export function nodeRequests(bytes: Buffer): NodeReading {
  return new Oracle(HTTPParser.REQUEST, () => false).read(bytes)
}

/** Has node read answers to requests of one method, the end of the connection included. */
export function nodeResponses(bytes: Buffer, method: string): NodeReading {
  return new Oracle(HTTPParser.RESPONSE, () => method === 'HEAD').read(bytes)
}

type HeadersComplete = [
  major: number,
  minor: number,
  raw: string[] | undefined,
  method: number | undefined,
  url: string | undefined,
  status: number | undefined,
  reason: string | undefined,
  upgrade: boolean,
  persistent: boolean,
]

class Oracle {
  readonly #messages: NodeMessage[] = []
  readonly #parser = new HTTPParser()
  readonly #type: number
  // Fields and target come in portions when there are many.
  #raw: string[] = []
  #target = ''

  constructor(type: number, skipsBody: () => boolean) {
    this.#type = type
    this.#parser.initialize(type, {})
    this.#parser[HTTPParser.kOnHeaders] = (raw: string[], url: string) => this.#take(raw, url)
    this.#parser[HTTPParser.kOnHeadersComplete] = (...head: HeadersComplete) => {
      this.#begin(head)
      return skipsBody() ? 1 : 0
    }
    this.#parser[HTTPParser.kOnBody] = (part: Buffer) => {
      this.#messages.at(-1)!.body += part.toString('latin1')
    }
    this.#parser[HTTPParser.kOnMessageComplete] = () => {
      this.#messages.at(-1)!.whole = true
      // What came since the head is trailers.
      this.#raw = []
      this.#target = ''
    }
  }

  read(bytes: Buffer): NodeReading {
    const taken = this.#parser.execute(bytes)
    const isAnswer = this.#type === HTTPParser.RESPONSE
    // An end in the middle of an answer is told by `whole`.
    if (typeof taken === 'number' && isAnswer) this.#parser.finish()
    return { messages: this.#messages, refusal: typeof taken === 'number' ? null : (taken as Error & { code: string }).code }
  }

  #take(raw: readonly string[] | undefined, url: string | undefined): void {
    if (raw !== undefined) this.#raw.push(...raw)
    this.#target += url ?? ''
  }

  #begin([major, minor, raw, method, url, status, , upgrade, persistent]: HeadersComplete): void {
    this.#take(raw, url)
    this.#messages.push({
      method: method === undefined ? '' : methods[method]!,
      target: this.#target,
      status: status ?? 0,
      version: `${major}.${minor}`,
      raw: this.#raw,
      persistent,
      upgrade,
      body: '',
      whole: false,
    })
    this.#raw = []
    this.#target = ''
  }
}
