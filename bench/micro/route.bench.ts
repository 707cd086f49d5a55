// What matching a request costs at 10, 1,000 and 10,000 routes. By hand: node bench/micro/route.bench.ts

import { Fields } from '../../edge/http/fields.ts'
import type { RouteRule } from '../../edge/route/compiled-route.ts'
import type { MatchInput } from '../../edge/route/route-match.ts'
import { compileRoutes } from '../../edge/route/route-table.ts'

const RUNS = 9
const MATCHES = 200_000
const HOSTS = ['www.example.org', 'm.example.org']

// A fifth of each kind, so that growing the table grows every structure of it.
const pathOf = (i: number): string =>
  [`/exact/page-${i}`, `/prefix-${i}/*`, `/shop-${i}/{id}/orders`, `/deep/a/b/c-${i}/*`, `/api/v1/thing-${i}`][i % 5]!
const requestPathOf = (i: number): string => pathOf(i).replace('{id}', '4711').replace('*', 'x/y')

function tableOf(count: number) {
  const routes: Record<string, RouteRule> = {}
  for (let i = 0; i < count - 1; i++) routes[`r${i}`] = { hosts: [], path: pathOf(i), methods: [], headers: {}, query: {}, cookies: {} }
  routes.all = { hosts: ['*'], path: '/*', methods: [], headers: {}, query: {}, cookies: {} }
  return compileRoutes(routes, HOSTS)
}

const ask = (path: string): MatchInput => ({ host: 'www.example.org', path, method: 'GET', fields: Fields.of(), query: null })

/** Nanoseconds per match of one run. */
function run(table: ReturnType<typeof tableOf>, inputs: readonly MatchInput[]): number {
  let found = 0
  const startedAt = process.hrtime.bigint()
  for (let i = 0; i < MATCHES; i++) if (table.match(inputs[i % inputs.length]!).kind === 'found') found++
  const ns = Number(process.hrtime.bigint() - startedAt) / MATCHES
  if (found !== MATCHES) throw new Error(`${MATCHES - found} requests found no route`)
  return ns
}

console.log('| routes | compile ms | ns/match, median | lowest | highest |\n|---|---|---|---|---|')
for (const count of [10, 1_000, 10_000]) {
  const startedAt = performance.now()
  const table = tableOf(count)
  const compileMs = performance.now() - startedAt
  // The same number of different requests whatever the table, spread over all of it, and one in nine that only the catch-all takes.
  const inputs = Array.from({ length: 64 }, (_, i) =>
    ask(i % 9 === 8 ? `/nowhere/${i}` : requestPathOf(Math.floor((i / 64) * (count - 1)))),
  )
  run(table, inputs)
  const runs = Array.from({ length: RUNS }, () => run(table, inputs)).sort((a, b) => a - b)
  console.log(
    `| ${count} | ${compileMs.toFixed(1)} | ${runs[RUNS >> 1]!.toFixed(0)} | ${runs[0]!.toFixed(0)} | ${runs.at(-1)!.toFixed(0)} |`,
  )
}
