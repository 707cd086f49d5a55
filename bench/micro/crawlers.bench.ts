// What judging a User-Agent costs: anew, remembered, and over a stream in which few agents are frequent. By hand: node bench/micro/crawlers.bench.ts

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { CrawlerAgents } from '../../edge/client/crawler-agents.ts'
import { isListedCrawler } from '../../edge/client/crawler-list.ts'

const RUNS = 9
const REQUESTS = 500_000
const BATCH = 500

const agents = ['crawlers', 'humans'].flatMap((name) => {
  const file = new URL(`../../test/vectors/user-agents/${name}.txt.gz`, import.meta.url)
  return gunzipSync(readFileSync(file)).toString('latin1').trimEnd().split('\n')
})

// A seeded generator, so that all who run this judge the same agents.
let state = 1
const chance = (): number => {
  state = (state * 48_271) % 2_147_483_647
  return state / 2_147_483_647
}
const shuffled = agents.map((agent) => ({ agent, at: chance() })).sort((a, b) => a.at - b.at)
// Zipf 1.0 by inversion of the harmonic sum. Every request brings a text of its own, as the parser makes it.
const zipf = (): string => shuffled[Math.min(shuffled.length - 1, Math.floor(shuffled.length ** chance()) - 1)]!.agent
const fresh = (agent: string): string => Buffer.from(agent, 'latin1').toString('latin1')

/** One row: the median of runs. Texts are made in small batches just before they are judged: a string remembers its hash and grows cold. */
function measure(name: string, requests: number, makeText: (i: number) => string, judgeOfRun: () => (agent: string) => boolean): void {
  const once = (): number => {
    const isCrawler = judgeOfRun()
    let crawlers = 0
    let spent = 0n
    for (let done = 0; done < requests; done += BATCH) {
      const texts = Array.from({ length: BATCH }, (_, i) => makeText(done + i))
      const startedAt = process.hrtime.bigint()
      for (const text of texts) if (isCrawler(text)) crawlers++
      spent += process.hrtime.bigint() - startedAt
    }
    if (crawlers === 0) throw new Error('no crawler was found')
    return Number(spent) / requests
  }
  const runs = Array.from({ length: RUNS }, once).sort((a, b) => a - b)
  console.log(`| ${name} | ${runs[RUNS >> 1]!.toFixed(0)} | ${runs[0]!.toFixed(0)} | ${runs.at(-1)!.toFixed(0)} |`)
}

const emptyMemo = () => {
  const judge = new CrawlerAgents({ agents: [], people: [] })
  return (agent: string) => judge.isCrawler(agent)
}
const warm = new CrawlerAgents({ agents: [], people: [] })
for (const agent of agents) warm.isCrawler(agent)

console.log('| User-Agent | ns, median | lowest | highest |\n|---|---|---|---|')
measure(
  'every one new',
  BATCH * 10,
  (i) => fresh(agents[i % agents.length]!),
  () => isListedCrawler,
)
measure(`${REQUESTS} requests, Zipf over ${agents.length} agents, from cold`, REQUESTS, () => fresh(zipf()), emptyMemo)
measure(
  'the same, all remembered',
  REQUESTS,
  () => fresh(zipf()),
  () => (agent) => warm.isCrawler(agent),
)
