import t from 'tap'
import { isListedCrawler } from '../../../edge/client/crawler-list.ts'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const android = (device: string, tail = ''): string =>
  `Mozilla/5.0 (Linux; Android 13; ${device}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36${tail}`

t.test('browsers are people', async (t) => {
  for (const agent of [
    CHROME,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0',
  ]) {
    t.notOk(isListedCrawler(agent), agent)
  }
})

t.test('search bots, AI fetchers, HTTP libraries, monitors and scanners are crawlers', async (t) => {
  for (const agent of [
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
    'curl/8.14.1',
    'python-requests/2.32.4',
    'Go-http-client/2.0',
    'Java/17.0.2',
    'Uptime-Kuma/1.23',
    'Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)',
  ]) {
    t.ok(isListedCrawler(agent), agent)
  }
})

t.test('a crawler in the coat of a browser is known by its name', async (t) => {
  t.ok(isListedCrawler(`${CHROME} GTmetrix`))
  t.ok(isListedCrawler(`${CHROME} pagepeeker/3.0`), 'whatever the letter case')
  t.ok(isListedCrawler(`${CHROME} SomeThumbnailer/1`), 'or by what it does')
  t.notOk(isListedCrawler(`${CHROME} Devine/1`), 'a name is a whole word: Devin is not in Devine')
})

t.test('a device may be named like a bot', async (t) => {
  for (const device of ['Spider 8', 'M bot Tab 10', 'CUBOT NOTE 20', 'My|Phone Build/JZO54K', 'Insight Radar Build/VEGAVIET.COM X; wv']) {
    t.notOk(isListedCrawler(android(device)), device)
  }
  t.notOk(isListedCrawler('Mozilla/5.0 (compatible; MSIE 9.0; Windows Phone OS 7.5; Trident/5.0; IEMobile/9.0; HTC; Radar)'))
  t.notOk(isListedCrawler('Mozilla/5.0 (Vodafone/1.0/LG-BL40/V10a MMS/1.2 Java/ASVM/1.1 Profile/MIDP-2.1 Configuration/CLDC-1.1)'))
})

t.test('a crawler does not hide behind a device', async (t) => {
  t.ok(isListedCrawler(android('Spider 8', ' (compatible; Googlebot/2.1; +http://www.google.com/bot.html)')))
  t.ok(isListedCrawler(android('Nexus 5X Build/MMB29P', ' GTmetrix')))
})

t.test('an agent is judged the same each time', async (t) => {
  const agent = android('Spider 8')
  t.same([isListedCrawler(agent), isListedCrawler(agent), isListedCrawler(agent)], [false, false, false])
})
