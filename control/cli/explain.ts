// `weir explain URL`: what would happen to a request, and why.

import { isIP } from 'node:net'
import { EMPTY_ENDPOINTS } from '../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../edge/contract/switchboard.ts'
import { type Decision, type ExplainRequest, explain as explainBy } from '../../edge/explain.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { answerOf, connect } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { readSiteFile } from './named-file.ts'
import { report } from './report.ts'
import { printable } from './table.ts'

const LABEL_WIDTH = 8
/** Most questions are about people, and who does not say what it is counts as a crawler. */
const A_BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** The command `explain`. */
export const explain: Command = {
  name: 'explain',
  summary: 'say what would happen to a request, and why',
  usage: ["explain URL [--method GET] [--header 'Name: value']… [--address IP] [--site FILE]"],
  flags: {
    method: { value: 'METHOD', help: 'GET when left out' },
    header: { value: "'NAME: VALUE'", help: 'a field of the request; without a User-Agent a browser asks', times: 'many' },
    address: { value: 'IP', help: 'who sends it (127.0.0.1)' },
    site: { value: 'FILE', help: 'explain by this file, without a control plane and its switches' },
    ...CONTROL_FLAGS,
  },
  examples: ['explain http://127.0.0.1:8080/product/1', "explain http://shop.test/price/1 --header 'User-Agent: Googlebot'"],
  async run(call) {
    const [url, ...more] = call.args
    if (url === undefined || more.length > 0) throw usageError('explain takes one URL: weir explain http://127.0.0.1:8080/product/1')
    const decision = await decide(call, requestOf(call, url))
    report(call, decision, lines(decision).map(printable))
    return EXIT.done
  },
}

async function decide(call: Call, request: ExplainRequest): Promise<Decision> {
  const file = call.flags.text('site')
  if (file !== undefined) {
    const told = { revision: 0, site: await readSiteFile(call, file), switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }
    return explainBy(told, request, call.clock.wallMs())
  }
  const client = await connect(call)
  return answerOf(await client.call<Decision>({ method: 'POST', path: '/v1/explain', body: request })).value
}

function requestOf(call: Call, url: string): ExplainRequest {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw usageError(`the URL must be whole, such as http://shop.test/product/1; it is ${url}`)
  const method = call.flags.text('method') ?? 'GET'
  if (!/^[A-Z]{1,32}$/.test(method)) throw usageError(`--method must be written in capitals, such as POST; it is ${method}`)
  const address = call.flags.text('address') ?? '127.0.0.1'
  if (isIP(address) === 0) throw usageError(`--address must be an IP address such as 192.0.2.7; it is ${address}`)
  return { url, method, address, headers: { 'user-agent': A_BROWSER, ...Object.fromEntries(call.flags.texts('header').map(readField)) } }
}

function readField(text: string): [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw usageError(`--header must be 'Name: value'; it is ${JSON.stringify(text)}`)
  return [name.toLowerCase(), value.trim()]
}

function lines(decision: Decision): string[] {
  const { client, route, group, mode, limits, cache, pool, fault } = decision
  return [
    line('request', `${decision.host}${decision.path}${decision.query === null ? '' : `?${decision.query}`}`),
    line('client', `${client.address}${client.class === '' ? '' : `, ${client.class}`}`),
    line('route', route ?? 'none takes it'),
    ...(group === null ? [] : [line('group', groupText(group))]),
    line('mode', modeText(mode)),
    ...limits.map(({ id, key }) => line('limit', `${id}, paid by ${key}`)),
    ...(cache === null ? [] : cacheLines(cache)),
    ...(pool === null ? [] : [line('pool', `${pool.id}, ${pool.balance}${peerText(pool)}`)]),
    ...(fault === null ? [] : [line('answer', `${fault.status} ${fault.sentence} (${fault.code})`)]),
  ]
}

const BYPASSES = {
  method: 'the cache has no part in this method',
  bypass: 'the cache has no part in this',
  key: 'the key is too long, so nothing is kept',
}

function cacheLines({ store, key, parts, bypass, unkeyed }: NonNullable<Decision['cache']>): string[] {
  if (store === 'off') return [line('cache', 'off: nothing is kept or looked up')]
  if (bypass !== null) return [line('cache', BYPASSES[bypass])]
  const added = parts
    .filter(({ part }) => part.includes(' ') || part === 'group')
    .map(({ part, value }) => line('', `${part}: ${value ?? 'none'}`))
  const doubt =
    unkeyed === null
      ? []
      : [
          line(
            '',
            `kept only if Vary names ${unkeyed}, which is not in the key${unkeyed === 'cookie' ? ', or if its origin says public or s-maxage' : ''}`,
          ),
        ]
  return [line('cache', added.length === 0 ? `key ${key}` : `key ${key.split(' ', 1)[0]} with`), ...added, ...doubt]
}

// A mode without a reason comes from the degrade plan of the route itself; every switch has one.
function modeText({ mode, by, reason }: Decision['mode']): string {
  if (by === null) return mode
  return reason === null ? `${mode}, as the route itself says` : `${mode}, by switch ${by}: ${reason}`
}

const GROUP_BY = {
  rule: 'by its rule',
  crawler: 'as a crawler',
  cohort: 'by who asks',
  chance: 'by chance',
  fuse: 'since its version plainly fails at the edge',
  '': '',
}

function groupText({ id, by, percent, set }: NonNullable<Decision['group']>): string {
  const share = `${id}, ${GROUP_BY[by]}; its share is ${percent} %`
  return set === null ? share : `${share}, set by ${set.owner}: ${set.reason}`
}

function peerText(pool: NonNullable<Decision['pool']>): string {
  if (pool.peers === 0) return ': its peers are not known here'
  return pool.peer === null ? ` over ${pool.peers} peers` : ` of ${pool.key}: ${pool.peer}`
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`
}
