import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { Scope } from '../../../support/scope.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { CliWorld } from './cli-world.ts'

async function recording(t: Scope, answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const cli = new CliWorld()
  cli.stopped = new Promise(() => {})
  const path = join(tempDir(t), 'traffic.ndjson')
  const edge = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const run = (...words: string[]) => cli.run('record', path, '--edge', edge, ...words)
  return { cli, run, path, asked }
}
const END = '{"type":"end","ended":"time","requests":1,"dropped":2}'

t.test('the lines of the edge are in the file, which is for nobody else', async (t) => {
  const { run, path, asked } = await recording(t, (_request, response) =>
    response.end(`{"type":"recording"}\n{"type":"request"}\n${END}\n`),
  )
  const done = await run('--for', '10m', '--sample', '0.5', '--bodies', '16KB', '--route', 'cart', '--mask', 'card', '--mask', 'iban')
  t.match(done, { code: 0, out: /^1 request in .*traffic\.ndjson, 2 more were dropped$/ })
  t.same(asked, ['POST /traffic/record?sample=0.5&forMs=600000&maxBytes=67108864&bodyBytes=16384&route=cart&mask=card&mask=iban'])
  t.equal(readFileSync(path, 'utf8'), `{"type":"recording"}\n{"type":"request"}\n${END}\n`)
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('nothing that is there is overwritten', async (t) => {
  const { run, path, asked } = await recording(t, (_request, response) => response.end())
  writeFileSync(path, 'mine')
  t.match(await run(), { code: 1, err: /cannot be written/ })
  t.equal(readFileSync(path, 'utf8'), 'mine')
  t.same(asked, [])
})

t.test('once it is stopped, what the edge has still comes', async (t) => {
  let end = () => {}
  const { cli, run, path, asked } = await recording(t, (request, response) => {
    if (request.url?.endsWith('stop=yes')) {
      response.end()
      return end()
    }
    response.write('{"type":"recording"}\n')
    end = () => response.end('{"type":"request"}\n{"type":"end","ended":"stopped","requests":1,"dropped":0}\n')
    stop('SIGINT')
  })
  const { promise, resolve: stop } = Promise.withResolvers<string>()
  cli.stopped = promise
  t.match(await run(), { code: 0, out: /1 request in .*; it was stopped$/ })
  t.equal(asked.length, 2)
  t.equal(readFileSync(path, 'utf8').split('\n').length, 4)
})

t.test('an edge that refuses, breaks off or is not there is said to', async (t) => {
  const refused = await recording(t, (_request, response) => response.writeHead(409).end('{"message":"a recording is under way"}\n'))
  t.match(await refused.run(), { code: 1, err: /a recording is under way/ })
  const broken = await recording(t, (_request, response) => response.end('{"type":"recording"}\n'))
  t.match(await broken.run(), { code: 3, err: /broke off/ })
  const reset = await recording(t, (request) => request.destroy())
  t.match(await reset.run(), { code: 3, err: /does not answer/ })
})

t.test('lines that make no sense are refused before anything is made', async (t) => {
  const { run, path, cli } = await recording(t, (_request, response) => response.end())
  for (const [words, why] of [
    [['--sample', '2'], /--sample must be/],
    [['--sample', 'half'], /--sample must be/],
    [['--for', '2h'], /--for must be/],
    [['--max', 'much'], /--max must be a size/],
    [['--bodies', '2MB'], /--bodies must be/],
    [['--mask', 'a b'], /--mask/],
    [['--edge', 'here'], /--edge must be a URL/],
  ] as const)
    t.match(await run(...words), { code: 2, err: why }, words.join(' '))
  t.match(await cli.run('record'), { code: 2, err: /one FILE/ })
  t.notOk(existsSync(path))
})
