// How far a warm-up came, beside the file of its pages, so that it can go on after it was stopped.

import { createHash } from 'node:crypto'
import type { Files } from '../../edge/base/ports.ts'
import type { Page } from '../client/page-visitor.ts'
import { refusal } from './cli-error.ts'
import { NO_COUNTS, type WarmCounts } from './warm-run.ts'

/** What is written down. */
export interface WarmState {
  readonly pages: readonly Page[]
  readonly counts: Readonly<WarmCounts>
}

/** Writes down how far it is. Pages that are under way then are visited again. */
export function writeWarmState(files: Files, file: string, { pages, counts }: WarmState): Promise<void> {
  return files.writeAtomic(stateFile(file), `${JSON.stringify({ digest: digestOf(pages), counts })}\n`)
}

/** What the last run came to; nothing where there was none. @throws CliError when it had other pages */
export async function readWarmState(files: Files, file: string, pages: readonly Page[]): Promise<Readonly<WarmCounts>> {
  const text = await files.read(stateFile(file))
  if (text === null || text.trim() === '') return NO_COUNTS
  const state = parsed(text)
  if (state === null || state.digest !== digestOf(pages)) {
    throw refusal(`${stateFile(file)} belongs to other pages: ${file} was changed since. Begin anew without --resume`)
  }
  return state.counts
}

/** Forgets it: all is done. */
export async function forgetWarmState(files: Files, file: string): Promise<void> {
  if ((await files.read(stateFile(file))) !== null) await files.writeAtomic(stateFile(file), '')
}

function stateFile(file: string): string {
  return `${file}.warmed`
}

function digestOf(pages: readonly Page[]): string {
  const hash = createHash('sha256')
  for (const { host, target } of pages) hash.update(`${host}${target}\n`)
  return hash.digest('hex')
}

function parsed(text: string): { readonly digest: string; readonly counts: WarmCounts } | null {
  try {
    const { digest, counts } = JSON.parse(text) as { digest: unknown; counts: Record<string, unknown> }
    const numbers = Object.keys(NO_COUNTS).map((name) => counts[name])
    if (typeof digest !== 'string' || !numbers.every((value) => Number.isSafeInteger(value) && (value as number) >= 0)) return null
    return { digest, counts: counts as unknown as WarmCounts }
  } catch {
    return null // Not ours, whatever it is.
  }
}
