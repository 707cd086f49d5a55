import { createHash } from 'node:crypto'

/** A Redis script: a file of `lua/`, and the digest that Redis knows it by. */
export interface Script {
  /** Name of its file, without `.lua`. */
  readonly name: string
  readonly text: string
  /** SHA-1 of the text in hex, as EVALSHA wants it. */
  readonly digest: string
}

/** A script from the text of its file. @throws RangeError when the text is empty: the file was not read */
export function script(name: string, text: string): Script {
  if (text.trim() === '') throw new RangeError(`lua/${name}.lua is empty`)
  return { name, text, digest: createHash('sha1').update(text).digest('hex') }
}
