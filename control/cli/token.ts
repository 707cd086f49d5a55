// `weir token`: who may ask the control plane. A secret is shown once, when it is made.

import { didYouMean } from '../../edge/contract/nearest.ts'
import { ROLES } from '../domain/access.ts'
import type { TokenRecord } from '../domain/token.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { answerOf, connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { report, shownDate } from './report.ts'
import { table } from './table.ts'

type Listed = Omit<TokenRecord, 'digest'>

/** The command `token`. */
export const token: Command = {
  name: 'token',
  summary: 'make, list and take back tokens for people and edges',
  usage: ['token create NAME --role viewer|operator|editor|admin|edge|changes', 'token list', 'token drop ID'],
  flags: {
    role: { value: 'ROLE', help: 'what it may do; `edge` is for edges, `changes` for handing in row changes, and nothing else' },
    ...CONTROL_FLAGS,
  },
  examples: ['token create edge-fra-1 --role edge', 'token list'],
  async run(call) {
    const [what, subject, ...more] = call.args
    if (what === 'list' && subject === undefined) return list(call)
    if (what === 'create' && subject !== undefined && more.length === 0) return create(call, subject)
    if (what === 'drop' && subject !== undefined && more.length === 0) return drop(call, subject)
    throw usageError('token takes one of: create NAME --role ROLE, list, drop ID')
  },
}

async function create(call: Call, name: string): Promise<number> {
  const role = call.flags.text('role')
  if (role === undefined) throw usageError(`say what it may do: --role ${ROLES.join('|')}`)
  const known: readonly string[] = ROLES
  if (!known.includes(role)) throw usageError(`there is no role ${role}${didYouMean(role, known)}`)
  const client = await connect(call)
  const { value } = answerOf(
    await client.call<Listed & { readonly token: string }>({ method: 'POST', path: '/v1/tokens', body: { name, role } }),
  )
  report(call, value, [value.token])
  if (!call.flags.has('json')) call.terminal.err(`This is the only time that the token of ${name} (${role}, id ${value.id}) is shown.`)
  return EXIT.done
}

async function list(call: Call): Promise<number> {
  const { tokens } = await fetchValue<{ readonly tokens: readonly Listed[] }>(await connect(call), '/v1/tokens')
  const rows = tokens.map((each) => [each.id, each.name, each.role, shownDate(each.createdAtMs)])
  report(call, tokens, table(['ID', 'NAME', 'ROLE', 'MADE (UTC)'], rows, call.terminal.columns))
  return EXIT.done
}

async function drop(call: Call, id: string): Promise<number> {
  const client = await connect(call)
  answerOf(await client.call({ method: 'DELETE', path: `/v1/tokens/${encodeURIComponent(id)}` }))
  report(call, { id, dropped: true }, [`token ${id} is good no more, and what it opened was ended`])
  return EXIT.done
}
