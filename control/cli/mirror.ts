// `weir mirror`: what came of copies of requests, over all edges or at one of them.

import {
  DIFFERENCE_KINDS,
  type Difference,
  MIRROR_OUTCOMES,
  type MirrorExample,
  type MirrorReading,
} from '../../edge/contract/mirror-reading.ts'
import { edgeMirrors } from '../client/edge-mirrors.ts'
import { CliError, EXIT, refusal, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { report, shownDate } from './report.ts'
import { printable, table } from './table.ts'

const DROPPED = MIRROR_OUTCOMES.filter((outcome) => outcome.startsWith('dropped-'))

/** The command `mirror`. */
export const mirror: Command = {
  name: 'mirror',
  summary: 'show what mirrors answered otherwise than the real pools',
  usage: ['mirror [ROUTE] [--edge URL]'],
  flags: {
    edge: { value: 'URL', help: 'the admin port of one edge, which has more examples; else all edges' },
    ...CONTROL_FLAGS,
  },
  examples: ['mirror', 'mirror shop', 'mirror shop --edge http://127.0.0.1:9901'],
  async run(call) {
    const [route, ...more] = call.args
    if (more.length > 0) throw usageError('mirror takes one ROUTE at most')
    const all = await mirrorsOf(call)
    if (route === undefined) {
      report(call, all, all.length === 0 ? ['no route has a mirror'] : overview(all, call.terminal.columns))
      return EXIT.done
    }
    const one = all.find((each) => each.route === route)
    if (one === undefined) throw refusal(`route ${printable(route)} has no mirror, or no edge has told of it yet`)
    report(call, one, [...overview([one], call.terminal.columns), ...one.examples.flatMap(exampleLines)])
    return EXIT.done
  },
}

async function mirrorsOf(call: Call): Promise<readonly MirrorReading[]> {
  const edge = call.flags.text('edge')
  if (edge === undefined)
    return (await fetchValue<{ readonly mirrors: readonly MirrorReading[] }>(await connect(call), '/v1/mirrors')).mirrors
  if (!/^http:\/\/[^/]/.test(edge) || !URL.canParse(edge))
    throw usageError(`--edge must be a URL such as http://127.0.0.1:9901; it is ${JSON.stringify(edge)}`)
  const answer = await edgeMirrors(new URL(edge))
  if (!answer.ok) throw new CliError(EXIT.unreachable, printable(answer.sentence))
  return answer.mirrors
}

function overview(mirrors: readonly MirrorReading[], columns: number): string[] {
  const headings = ['ROUTE', 'MIRROR', 'SAME', 'DIFFERENT', 'UNCOMPARED', 'FAILED', 'DROPPED', 'IN WHAT']
  const rows = mirrors.map(({ route, pool, outcomes, differences }) => {
    const dropped = DROPPED.reduce((sum, outcome) => sum + outcomes[outcome], 0)
    const kinds = DIFFERENCE_KINDS.filter((kind) => differences[kind] > 0).map((kind) => `${kind} ×${differences[kind]}`)
    const counts = [outcomes.same, outcomes.different, outcomes.uncompared, outcomes.failed, dropped].map(String)
    return [route, pool, ...counts, kinds.join(', ') || '-'].map(printable)
  })
  return table(headings, rows, columns)
}

function exampleLines({ atMs, id, method, target, differences }: MirrorExample): string[] {
  return [`${shownDate(atMs)}  ${id}  ${method} ${target}`, ...differences.map((each) => `    ${differenceText(each)}`)].map(printable)
}

function differenceText({ kind, name, origin, mirror: other }: Difference): string {
  return `${kind === 'field' ? name : kind}: ${origin} → ${other}`
}
