// What reading and writing the head of a message costs, whole and cut in two. By hand: node bench/micro/wire.bench.ts

import { responseHeadText } from '../../edge/wire/head-writer.ts'
import { RequestParser } from '../../edge/wire/request-parser.ts'
import { ResponseParser } from '../../edge/wire/response-parser.ts'
import { WireFault } from '../../edge/wire/wire-fault.ts'

const RUNS = 9
const HEADS = 200_000
const LIMITS = { maxHeadBytes: 16_384, maxTargetBytes: 8_192, maxFieldBytes: 8_192, maxFields: 100 }
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'

const FEW = ['Host', 'www.example.org', 'User-Agent', AGENT, 'Accept', 'text/html,*/*;q=0.8', 'Accept-Language', 'en-GB,en;q=0.7']
const BROWSER = [
  ...[...FEW, 'Accept-Encoding', 'gzip, deflate, br, zstd', 'Connection', 'keep-alive', 'Referer', 'https://www.example.org/catalogue/'],
  ...['Cookie', `sid=${'4f2a'.repeat(16)}; consent=yes; seen=${'17.'.repeat(40)}`, 'Upgrade-Insecure-Requests', '1'],
  ...['Sec-Fetch-Dest', 'document', 'Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Site', 'same-origin', 'Sec-Fetch-User', '?1'],
  ...['Sec-CH-UA', '"Chromium";v="139", "Not;A=Brand";v="99"', 'Priority', 'u=0, i'],
]
const ANSWER = [
  ...['Server', 'nginx/1.22.1', 'Date', 'Sat, 21 Nov 2026 12:00:00 GMT', 'Content-Type', 'text/plain', 'Content-Length', '1024'],
  ...['Connection', 'keep-alive', 'Cache-Control', 'public, max-age=3600', 'ETag', '"bench-1"', 'Age', '12'],
]

const written = Buffer.allocUnsafe(4_096)

const head = (startLine: string, raw: readonly string[]): Buffer => {
  const lines = raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1]}\r\n`] : []))
  return Buffer.from(`${startLine}\r\n${lines.join('')}\r\n`, 'latin1')
}
const halves = (whole: Buffer): readonly Buffer[] => [whole.subarray(0, whole.length >> 1), whole.subarray(whole.length >> 1)]

/** A reader of the chunks of one head: fields of the head, when it is whole. */
const requests = (chunks: readonly Buffer[]) => {
  const parser = new RequestParser(LIMITS)
  return () => {
    for (const chunk of chunks) {
      const found = parser.read(chunk, 0)
      if (found instanceof WireFault) throw new Error(found.rule)
      if (found !== null) return found.raw.length
    }
    throw new Error('no whole head')
  }
}
const answers = (chunk: Buffer) => {
  const parser = new ResponseParser(LIMITS)
  return () => {
    const found = parser.read(chunk, 0, 'GET')
    if (found === null || found instanceof WireFault) throw new Error(found?.rule ?? 'no whole head')
    return found.raw.length
  }
}
const writes = (raw: readonly string[]) => () => {
  const text = responseHeadText(200, 'OK', raw)
  if (text === null) throw new Error('a head that was not written')
  // A text put together is only made when somebody reads it, which the socket does.
  return written.write(text, 0, 'latin1')
}

/** Nanoseconds per head of one run. */
function run(once: () => number): number {
  let sum = 0
  const startedAt = process.hrtime.bigint()
  for (let i = 0; i < HEADS; i++) sum += once()
  const ns = Number(process.hrtime.bigint() - startedAt) / HEADS
  if (sum === 0) throw new Error('heads without anything in them')
  return ns
}

const few = head('GET /catalogue/product/4711?colour=red HTTP/1.1', FEW)
const browser = head('GET /catalogue/product/4711?colour=red HTTP/1.1', BROWSER)
const answer = head('HTTP/1.1 200 OK', ANSWER)
const cases = [
  { what: 'read a request, 4 fields', bytes: few.length, once: requests([few]) },
  { what: 'read a request, 15 fields', bytes: browser.length, once: requests([browser]) },
  { what: 'the same, cut in two', bytes: browser.length, once: requests(halves(browser)) },
  { what: 'read an answer, 8 fields', bytes: answer.length, once: answers(answer) },
  { what: 'write an answer, 8 fields', bytes: answer.length, once: writes(ANSWER) },
]

console.log('| head | bytes | ns, median | lowest | highest |\n|---|---|---|---|---|')
for (const { what, bytes, once } of cases) {
  run(once)
  const runs = Array.from({ length: RUNS }, () => run(once)).sort((a, b) => a - b)
  console.log(`| ${what} | ${bytes} | ${runs[RUNS >> 1]!.toFixed(0)} | ${runs[0]!.toFixed(0)} | ${runs.at(-1)!.toFixed(0)} |`)
}
