// Files that the user names on the line.

import { readSiteText } from '../../edge/base/site-file.ts'
import type { Site } from '../../edge/contract/site.ts'
import { CliError, EXIT, refusal } from './cli-error.ts'
import type { Surroundings } from './command.ts'
import { faultSentence } from './fault-sentence.ts'
import { counted, problemLines } from './report.ts'

/** The text of a file. @throws CliError with a sentence when it cannot be read */
export async function readNamedFile({ files }: Pick<Surroundings, 'files'>, path: string): Promise<string> {
  const text = await files.read(path).catch((cause: unknown) => {
    throw refusal(`${path} cannot be read: ${faultSentence(cause)}`)
  })
  if (text === null) throw refusal(`there is no file ${path}`)
  return text
}

/** The site in a file; its problems go to standard output, one line each. @throws CliError when it has any */
export async function readSiteFile(world: Pick<Surroundings, 'files' | 'terminal'>, path: string): Promise<Site> {
  const { reading } = await readSiteText(await readNamedFile(world, path), path, world.files)
  if (reading.ok) return reading.site
  for (const line of problemLines(path, reading.problems)) world.terminal.err(line)
  throw new CliError(EXIT.refused, `${path} has ${counted(reading.problems.length, 'problem')}; nothing was changed`, reading.problems)
}
