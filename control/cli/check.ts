// `weir check FILE`: every problem of a file, before anything runs on it.

import { readSiteText } from '../../edge/base/site-file.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { readBootstrap } from '../../edge/contract/read-site.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { readNamedFile } from './named-file.ts'
import { counted, problemLines, report } from './report.ts'

const KINDS = ['site', 'edge', 'control', 'up'] as const
type Kind = (typeof KINDS)[number]

/** A file that is valid, and what it holds; or its problems. */
type Checked = { readonly ok: true; readonly holds: string } | { readonly ok: false; readonly problems: readonly Problem[] }

/** The command `check`. */
export const check: Command = {
  name: 'check',
  summary: 'print every problem of a file',
  usage: ['check FILE [--kind site|edge|control|up]'],
  flags: { kind: { value: 'KIND', help: 'what the file is; else its $schema line says it, else a site' } },
  examples: ['check conf/demo-site.yaml'],
  async run(call) {
    const [file, ...more] = call.args
    if (file === undefined || more.length > 0) throw usageError('check takes one file: weir check FILE')
    const text = await readNamedFile(call, file)
    const kind = kindOf(call, text)
    const checked = await checkText(kind, text, file, call)
    if (!checked.ok) {
      report(call, { file, kind, valid: false, problems: checked.problems }, problemLines(file, checked.problems))
      call.terminal.err(`${file} has ${counted(checked.problems.length, 'problem')}`)
      return EXIT.refused
    }
    report(call, { file, kind, valid: true, problems: [] }, [`${file} is valid: ${checked.holds}`])
    return EXIT.done
  },
}

function kindOf(call: Call, text: string): Kind {
  const named = call.flags.text('kind')
  if (named === undefined) return kindFromSchemaLine(text) ?? 'site'
  const kind = KINDS.find((each) => each === named)
  if (!kind) throw usageError(`--kind must be one of ${KINDS.join(', ')}; it is ${JSON.stringify(named)}`)
  return kind
}

/** The kind that a `# yaml-language-server: $schema=…/site.json` line names, or null. */
export function kindFromSchemaLine(text: string): Kind | null {
  const named = /^#.*\$schema=\S*?\b(site|edge|control|up)(?:\.schema)?\.json\s*$/m.exec(text)
  return (named?.[1] as Kind | undefined) ?? null
}

async function checkText(kind: Kind, text: string, file: string, { files }: Call): Promise<Checked> {
  if (kind !== 'site') {
    const reading = readBootstrap(kind, text)
    return reading.ok
      ? { ok: true, holds: `how ${kind === 'control' ? 'a control plane' : kind === 'up' ? '`weir up`' : 'an edge'} starts` }
      : reading
  }
  const { reading } = await readSiteText(text, file, files)
  if (!reading.ok) return reading
  const { routes, pools, limits, fallbacks } = reading.site
  const parts = [
    [routes, 'route'],
    [pools, 'pool'],
    [limits, 'limit'],
    [fallbacks, 'fallback'],
  ] as const
  return { ok: true, holds: parts.map(([map, noun]) => counted(Object.keys(map).length, noun)).join(', ') }
}
