// Flags: declared in a table, read by node:util, refused with the nearest name when unknown.

import { parseArgs } from 'node:util'
import { didYouMean } from '../../edge/contract/nearest.ts'
import { parseDurationMs } from '../../edge/contract/units.ts'
import { usageError } from './cli-error.ts'

/** A flag that stands alone (`value` null) or takes a value (`value` names it in the help). */
export interface Flag {
  readonly value: string | null
  readonly help: string
  /** `many` may be given several times. */
  readonly times?: 'once' | 'many'
}

/** Flags by name. */
export type FlagTable = Readonly<Record<string, Flag>>

/** Flags every command has. */
export const COMMON_FLAGS: FlagTable = {
  json: { value: null, help: 'print the result as JSON' },
  help: { value: null, help: 'say how this command is used' },
}

/** Flags of commands that ask the control plane. */
export const CONTROL_FLAGS: FlagTable = {
  control: { value: 'URL', help: 'the control plane (else WEIR_CONTROL, else .weir/credentials.json)' },
  token: { value: 'TOKEN', help: 'who asks (else WEIR_TOKEN, else .weir/credentials.json)' },
}

/** The flags of one line, as they were given. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }

  /** Whether it was given. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** Its value, or undefined; the last one when it was given twice. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  /** All its values. */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** Its value in ms, or undefined. @throws CliError when it is no duration */
  durationMs(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const ms = parseDurationMs(text)
    if (ms === null) throw usageError(`--${name} must be a duration such as 30s, 15m or 2h; it is ${JSON.stringify(text)}`)
    return ms
  }

  /** Its value as a whole number of 1 or more, or undefined. @throws CliError when it is none */
  count(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : readCount(`--${name}`, text)
  }
}

/** A whole number of 1 or more. @throws CliError when the text is none */
export function readCount(what: string, text: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw usageError(`${what} must be a whole number of 1 or more; it is ${JSON.stringify(text)}`)
  return Number(text)
}

/** Refuses what stands on the line beside flags, for commands that take nothing. @throws CliError when something does */
export function refuseArgs(verb: string, args: readonly string[]): void {
  if (args.length > 0) throw usageError(`${verb} takes flags only; ${JSON.stringify(args[0])} is none`)
}

/** What a line says beside the verb. */
export interface ParsedLine {
  readonly args: readonly string[]
  readonly flags: Flags
}

/** Reads the words after the verb. @throws CliError on an unknown flag, a missing value, or a value too many */
export function parseLine(words: readonly string[], table: FlagTable): ParsedLine {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { value }]) => [name, { type: value === null ? 'boolean' : 'string', multiple: true } as const]),
  )
  const { tokens, positionals } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const value = checked(token, table)
    values.set(token.name, [...(values.get(token.name) ?? []), value])
  }
  return { args: positionals, flags: new Flags(values) }
}

type OptionToken = {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function checked(token: OptionToken, table: FlagTable): string {
  const flag = Object.hasOwn(table, token.name) ? table[token.name] : undefined
  if (!flag) throw usageError(`there is no flag ${token.rawName}${didYouMean(token.name, Object.keys(table)).replace('"', '"--')}`)
  if (flag.value === null) {
    if (token.value !== undefined) throw usageError(`${token.rawName} takes no value`)
    return ''
  }
  // A value that looks like a flag is a forgotten value more often than a value; --flag=-value says that it is meant.
  if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
    throw usageError(`${token.rawName} needs a value: ${token.rawName} ${flag.value}`)
  }
  return token.value
}
