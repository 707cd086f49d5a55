// How well crawlers are told from people, on labelled agents (test/vectors/user-agents), and whether our table still fits the list it was drawn from.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import listed from 'crawler-user-agents'
import { isbot } from 'isbot'
import t from 'tap'
import data from '../../conf/crawlers.json' with { type: 'json' }
import { CrawlerAgents } from '../../edge/client/crawler-agents.ts'

const RECALL_AT_LEAST = 0.99
const FALSE_POSITIVES_AT_MOST = 0.003
const BROWSER = /^Mozilla\/.*(AppleWebKit|Gecko\/|Firefox|Trident|MSIE)/

const agentsIn = (file: string): string[] => {
  const path = fileURLToPath(new URL(`../vectors/user-agents/${file}`, import.meta.url))
  return gunzipSync(readFileSync(path)).toString('latin1').trimEnd().split('\n')
}
const shareOfCrawlers = (agents: readonly string[]): number => {
  const judge = new CrawlerAgents({ agents: [], people: [] })
  return agents.filter((agent) => judge.isCrawler(agent)).length / agents.length
}

t.test('at least 99 % of crawlers are found', async (t) => {
  const agents = agentsIn('crawlers.txt.gz')
  const recall = shareOfCrawlers(agents)
  t.comment(`recall ${(recall * 100).toFixed(2)} % of ${agents.length} crawlers`)
  t.ok(recall >= RECALL_AT_LEAST, `recall ${recall}`)
})

t.test('at most 0.3 % of people are taken for crawlers', async (t) => {
  const agents = agentsIn('humans.txt.gz')
  const falsePositives = shareOfCrawlers(agents)
  t.comment(`false positives ${(falsePositives * 100).toFixed(2)} % of ${agents.length} people`)
  t.ok(falsePositives <= FALSE_POSITIVES_AT_MOST, `false positives ${falsePositives}`)
})

t.test('the table has every name that isbot misses in the coat of a browser', async (t) => {
  const coat = (name: string): string =>
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; compatible; ${name}) Chrome/117.0.0.0 Safari/537.36`
  const missed = listed
    .filter(({ pattern, instances }) => !/[[\]()*+?|^$]/.test(pattern) && instances.some((agent) => BROWSER.test(agent)))
    .map(({ pattern }) => pattern.replace(/\\(.)/g, '$1'))
    .filter((name) => !isbot(coat(name)))
  const known = [...data.names.list, ...data.names.leftOut.map(({ name }) => name)]
  t.same(known.sort(), missed.sort())
})

t.test('nothing in the table stands there without a reason', async (t) => {
  for (const entry of [...data.texts, ...data.devicePhrases, ...data.names.leftOut]) t.match(entry.why, /\w{3}.*\.$/)
})

t.test('an agent made to be slow is judged in bounded time', async (t) => {
  const judge = new CrawlerAgents({ agents: [], people: [] })
  const before = process.cpuUsage()
  for (const piece of ['; ', 'Android 1; ', 'IEMobile/1; ', 'a-', 'java/', '0', '(', 'x/1.0', ';Build', 'bot ', 'google']) {
    judge.isCrawler(`Mozilla/5.0 radar ${piece.repeat(20_000)}`)
  }
  // Some 0.1 ms each; a pattern that backtracks badly takes seconds.
  const { user, system } = process.cpuUsage(before)
  t.ok(user + system < 1_000_000, `${user + system} µs of the processor`)
})
