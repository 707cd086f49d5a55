import t from 'tap'
import { AGENT_OF, type DeviceClass, deviceClass } from '../../../edge/http/device-class.ts'

const AGENTS: readonly [DeviceClass, string][] = [
  [
    'phone',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  ],
  ['phone', 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36'],
  ['phone', 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'],
  ['phone', 'Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10'],
  ['phone', 'Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 Mobile Safari/537.36 Edge/15.15254'],
  [
    'tablet',
    'Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
  ],
  ['tablet', 'Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
  ['tablet', 'Mozilla/5.0 (Android 14; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0'],
  ['desktop', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
  ['desktop', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'],
  ['desktop', 'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
  ['other', 'Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
  ['other', 'Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/6.0 TV Safari/537.36'],
  ['other', 'curl/8.14.1'],
  ['other', ''],
]

t.test('agents are told apart by device', async (t) => {
  for (const [expected, agent] of AGENTS) t.equal(deviceClass(agent, undefined), expected, agent)
  t.equal(deviceClass(undefined, undefined), 'other')
})

t.test('a browser that says it is on a phone is believed, unless its agent says tablet', async (t) => {
  t.equal(deviceClass('Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0', '?1'), 'phone')
  t.equal(deviceClass('Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0.0.0 Safari/537.36', '?1'), 'tablet')
  t.equal(deviceClass('Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0', '?0'), 'desktop')
})

t.test('the agent that stands for a class is of that class', async (t) => {
  for (const [device, agent] of Object.entries(AGENT_OF)) t.equal(deviceClass(agent, undefined), device)
})

t.test('an agent made to be slow is judged in bounded time', async (t) => {
  const startedAtMs = performance.now()
  for (const piece of ['android ', 'tizen ', 'silk ', 'phone']) deviceClass(piece.repeat(100_000), '?1')
  t.ok(performance.now() - startedAtMs < 5_000)
})
