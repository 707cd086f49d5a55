import t from 'tap'
import { CrawlerAgents, MAX_AGENT_BYTES, MAX_VERDICTS } from '../../../edge/client/crawler-agents.ts'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const plain = () => new CrawlerAgents({ agents: [], people: [] })

t.test('the built-in lists tell crawlers from people', async (t) => {
  t.ok(plain().isCrawler('curl/8.14.1'))
  t.notOk(plain().isCrawler(CHROME))
})

t.test('a request without an agent comes from a crawler', async (t) => {
  t.ok(plain().isCrawler(undefined))
  t.ok(plain().isCrawler(''))
  t.ok(plain().isCrawler('   '))
})

t.test('a site adds agents of its own, whatever the letter case', async (t) => {
  const agents = new CrawlerAgents({ agents: ['PriceWatch'], people: [] })
  t.ok(agents.isCrawler(`${CHROME} pricewatch/2`))
  t.notOk(agents.isCrawler(CHROME))
})

t.test('a site says who is a person, and that stands above both lists', async (t) => {
  const agents = new CrawlerAgents({ agents: ['curl'], people: ['CURL/8.14'] })
  t.notOk(agents.isCrawler('curl/8.14.1'))
  t.ok(agents.isCrawler('curl/7.1'))
})

t.test('corrections are texts, not patterns', async (t) => {
  const agents = new CrawlerAgents({ agents: ['a.c+('], people: [] })
  t.ok(agents.isCrawler(`${CHROME} A.C+(`))
  t.notOk(agents.isCrawler(`${CHROME} abcc(`))
})

t.test('what stands behind the cap is not looked at', async (t) => {
  const agent = CHROME.padEnd(MAX_AGENT_BYTES, ' x')
  t.notOk(plain().isCrawler(`${agent} Googlebot/2.1`))
  t.notOk(plain().isCrawler(`${CHROME}${' Safari/537.36'.repeat(100_000)}`))
})

t.test('a remembered verdict is the verdict', async (t) => {
  const agents = plain()
  t.same([agents.isCrawler(CHROME), agents.isCrawler(CHROME), agents.remembered], [false, false, 1])
  t.same([agents.isCrawler('curl/8'), agents.isCrawler('curl/8'), agents.remembered], [true, true, 2])
})

t.test('a flood of invented agents takes no more memory', async (t) => {
  const agents = new CrawlerAgents({ agents: ['flood'], people: [] })
  for (let i = 0; i < MAX_VERDICTS + 500; i++) agents.isCrawler(`flood ${i}`)
  t.ok(agents.remembered <= MAX_VERDICTS, `${agents.remembered} remembered`)
  t.ok(agents.isCrawler('flood 0'), 'and one that was pushed out is judged anew')
})
