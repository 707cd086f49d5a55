// Reads TypeScript with patterns instead of a parser: enough for code that a formatter has written, and without a dependency.

// Comments, strings and regular expressions in one pattern, so that none is looked for inside another.
// A slash begins a regular expression only where no value stands before it.
const TOKENS =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?<template>`(?:\\[\s\S]|[^`\\])*`)|(?<regexp>(?<=(?:[=(,:;!&|?{}[\n]|return)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)/g

const IMPORTS = [
  /^\s*(?<verb>import|export)(?<type>\s+type)?\s+(?<clause>[\w*{][^'";]*?)\sfrom\s*['"](?<to>[^'"]+)['"]/gm,
  /^\s*(?<verb>import)\s*['"](?<to>[^'"]+)['"]/gm,
  /\b(?<verb>import)\(\s*['"](?<to>[^'"]+)['"]/g,
]

/** One import of a file. */
export interface Import {
  /** The specifier as written. */
  readonly to: string
  /** `import type …`: gone when the program runs. `import('…').Type` counts as a real one. */
  readonly isTypeOnly: boolean
  /** The names taken, as the module calls them; empty when it is taken as a whole. */
  readonly names: readonly string[]
}

/** The text with comments blanked; lines keep their numbers. */
export function withoutComments(text: string): string {
  return blank(text, ['comment'])
}

/** The text with comments, quoted strings and regular expressions blanked; templates stay, for the code in them. */
export function codeOnly(text: string): string {
  return blank(text, ['comment', 'string', 'regexp'])
}

/** All static imports, re-exports and `import()`s of a text. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text)
  return IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)]).map(({ groups = {} }) => ({
    to: groups.to as string,
    isTypeOnly: groups.type !== undefined,
    names: namesIn(groups.clause ?? ''),
  }))
}

/** The line number, from 1, of a place in a text. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** `{ a, b as c }` → a, b; anything else takes the module as a whole. */
function namesIn(clause: string): string[] {
  const inner = /^\{([^}]*)\}$/.exec(clause.trim())?.[1]
  const names = inner?.split(',').map((name) => name.trim().split(/\s+as\s+/)[0] as string)
  return (names ?? []).filter((name) => name !== '')
}

function blank(text: string, kinds: readonly string[]): string {
  return text.replace(TOKENS, (...found) => {
    const token = found[0] as string
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>
    return kinds.some((kind) => groups[kind] !== undefined) ? token.replace(/[^\n]/g, ' ') : token
  })
}
