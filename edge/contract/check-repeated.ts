/** A name that stood in the list before. */
export interface Repeated {
  readonly name: string
  /** Where it stands again, from 0. */
  readonly index: number
  /** Where it stood first, from 0. */
  readonly first: number
}

/** The names that stand in a list more than once, each time but the first. */
export function* repeated(names: readonly string[]): Generator<Repeated> {
  const seen = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const first = seen.get(name)
    if (first === undefined) seen.set(name, index)
    else yield { name, index, first }
  }
}
