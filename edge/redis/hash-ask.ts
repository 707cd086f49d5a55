/** Fields of a hash that are asked for; made once, it may be asked again and again. All texts without characters beyond ASCII. */
export class HashAsk {
  readonly key: string
  readonly fields: readonly string[]
  #asked = false
  #command: Buffer | null = null

  constructor(key: string, fields: readonly string[]) {
    this.key = key
    this.fields = fields
  }

  /** The command as RESP; from the second time on as bytes, which are sent from where they lie. */
  get command(): string | Buffer {
    if (this.#command !== null) return this.#command
    const text = respOf('HMGET', [this.key, ...this.fields])
    if (this.#asked) this.#command = Buffer.from(text, 'latin1')
    this.#asked = true
    return this.#command ?? text
  }
}

/** A command as RESP. */
export function respOf(name: string, args: readonly string[]): string {
  let text = `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`
  return text
}
