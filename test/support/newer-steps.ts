import { readFileSync } from 'node:fs'
import type { RowVersion, VersionMarks } from '../../control/changes/version-marks.ts'

/** A story of changes of one row, and which of its purges each finds newer. */
export interface NewerStory {
  readonly name: string
  readonly steps: readonly {
    readonly version: string
    readonly digest: string
    readonly purges: readonly string[]
    readonly newer: readonly (0 | 1)[]
  }[]
}

/** The stories that all marks are held to. */
export const NEWER_STORIES = JSON.parse(
  readFileSync(new URL('../vectors/change-newer.json', import.meta.url), 'utf8'),
) as readonly NewerStory[]

/** What marks say to each step of a story: asked twice, since asking changes nothing, and kept then. */
export async function newerOf(marks: VersionMarks, { name, steps }: NewerStory): Promise<number[][]> {
  const said: number[][] = []
  for (const { version, digest, purges } of steps) {
    const change: RowVersion = { row: name, version, digest, purges, rememberMs: 60_000 }
    await marks.look([change])
    said.push((await marks.look([change]))[0]!.map(Number))
    await marks.keep([change])
  }
  return said
}
