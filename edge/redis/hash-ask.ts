/** Fields of a hash that are asked for; made once, it may be asked again and again. All texts without characters beyond ASCII. */
export class HashAsk {
  readonly key: string
  readonly fields: readonly string[]
  #command: string | null = null
  #whole = false

  constructor(key: string, fields: readonly string[]) {
    this.key = key
    this.fields = fields
  }

  /** The command as RESP. From the second time on it is one piece, not a tree of its parts. */
  get command(): string {
    if (this.#whole) return this.#command!
    this.#whole = this.#command !== null
    this.#command =
      this.#command === null ? respOf('HMGET', [this.key, ...this.fields]) : Buffer.from(this.#command, 'latin1').toString('latin1')
    return this.#command
  }
}

/** A command as RESP. */
export function respOf(name: string, args: readonly string[]): string {
  let text = `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`
  return text
}
