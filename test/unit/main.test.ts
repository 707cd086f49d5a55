// The process as a user starts it: words, exit codes, signals.

import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { TestAuthority } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { rawExchange, request } from '../support/http-client.ts'
import { startOrigin } from '../support/origin.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import type { Scope } from '../support/scope.ts'
import { tempDir } from '../support/temp-dir.ts'
import { until } from '../support/until.ts'
import { runWeir } from '../support/weir.ts'
import { rawClient } from './server/raw-client.ts'

const WEIR = new URL('../../bin/weir.js', import.meta.url).pathname
/** On a machine that has other things to do. */
const STARTS_WITHIN_MS = 60_000
const PROXY = ['proxy', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--workers', '2']

/** A proxy whose process the test can send signals to. */
async function startProxy(t: Scope, to: string): Promise<{ process: TestProcess; port: number }> {
  const child = startProcess(t, process.execPath, [WEIR, ...PROXY, '--to', to])
  const [, port] = await child.waitForLine(/weir: listening on http:\/\/127\.0\.0\.1:(\d+)/, STARTS_WITHIN_MS)
  return { process: child, port: Number(port) }
}

t.test('help is printed with exit code 0, words that are not understood with 2', async (t) => {
  t.match(await runWeir(t, ['proxy', '--help']), { code: 0, output: /--to URL/ })
  t.match(await runWeir(t, ['proxy', '--no-such-flag']), { code: 2, output: /no-such-flag[\s\S]*See weir proxy --help/ })
  t.match(await runWeir(t, ['edge']), { code: 2, output: /--config FILE is missing/ })
})

t.test('a file that cannot be read or is not valid is a sentence with exit code 1', async (t) => {
  const folder = tempDir(t)
  t.match(await runWeir(t, ['edge', '--config', join(folder, 'none.yaml')]), { code: 1, output: /there is no file .*none\.yaml/ })
  const bootstrap = join(folder, 'edge.yaml')
  writeFileSync(bootstrap, 'listen: 8080\n')
  t.match(await runWeir(t, ['edge', '--config', bootstrap]), { code: 1, output: /edge\.yaml/ })
  // The site stands beside its bootstrap file; the admin port is open by then and must not keep the process alive.
  writeFileSync(bootstrap, 'listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nsite: site.yaml\nstateDir: "off"\n')
  writeFileSync(join(folder, 'site.yaml'), 'name: shop\nroutes: 1\n')
  t.match(await runWeir(t, ['edge', '--config', bootstrap]), { code: 1, output: /site\.yaml is not a valid site/ })
})

t.test('a certificate that cannot be used is one sentence that names the file', async (t) => {
  const authority = new TestAuthority(t)
  const { certFile } = authority.issue(['one.example'])
  const { keyFile } = authority.issue(['other.example'])
  const listeners = [{ address: '127.0.0.1:0', tls: { certificates: [{ certFile, keyFile }] } }]
  t.same(await runWeir(t, ['edge', '--config', writeEdge(t, 'http://127.0.0.1:1', { admin: 'off', listeners })]), {
    code: 1,
    output: `weir: The edge could not start: ${keyFile} does not belong to the certificate\n`,
  })
})

t.test('a port that is taken is one sentence with exit code 1', async (t) => {
  const origin = await startOrigin(t)
  for (const taken of [
    ['--listen', `127.0.0.1:${origin.port}`, '--admin', '127.0.0.1:0'],
    ['--listen', '127.0.0.1:0', '--admin', `127.0.0.1:${origin.port}`],
  ]) {
    const { code, output } = await runWeir(t, ['proxy', '--to', origin.url, ...taken])
    t.equal(code, 1)
    t.match(output, new RegExp(`^weir: 127\\.0\\.0\\.1:${origin.port} is taken by another process\\.[^\\n]*\\n$`))
  }
})

t.test('a socket that nobody handed over is one sentence that says what to do', async (t) => {
  const folder = tempDir(t)
  writeFileSync(join(folder, 'edge.yaml'), 'listen: fd:web\nadmin: "off"\nsite: site.yaml\nstateDir: "off"\n')
  const { code, output } = await runWeir(t, ['edge', '--config', join(folder, 'edge.yaml')])
  t.equal(code, 1)
  t.match(output, /^weir: fd:web cannot be listened on \(no socket of the name web was handed over\)\. A socket unit [^\n]*\n$/)
  const odd = await runWeir(t, ['edge', '--config', join(folder, 'edge.yaml')], { env: { LISTEN_FDS: 'two' } })
  t.match(odd, { code: 1, output: /^weir: What was handed over cannot be listened on \(LISTEN_FDS says "two"/ })
})

/** Writes a bootstrap that says this beside what every test says, and its site. @returns its path */
function writeEdge(t: Scope, to: string, bootstrap: object): string {
  const folder = tempDir(t)
  const site = {
    name: 'shop',
    pools: { web: { peers: [{ address: to.replace('http://', '') }] } },
    routes: { all: { path: '/*', pool: 'web' } },
  }
  writeFileSync(join(folder, 'site.yaml'), JSON.stringify(site))
  const base = { listen: '127.0.0.1:0', admin: '127.0.0.1:0', site: 'site.yaml', stateDir: 'off', accessLog: 'off', workers: 1 }
  writeFileSync(join(folder, 'edge.yaml'), JSON.stringify({ ...base, ...bootstrap }))
  return join(folder, 'edge.yaml')
}

/** Runs such an edge. */
async function startEdgeOf(t: Scope, to: string, bootstrap: object): Promise<{ process: TestProcess; urls: string[]; adminPort: number }> {
  const child = startProcess(t, process.execPath, [WEIR, 'edge', '--config', writeEdge(t, to, bootstrap)])
  const [, urls] = await child.waitForLine(/weir: listening on (.*)/, STARTS_WITHIN_MS)
  if ('admin' in bootstrap) return { process: child, urls: urls!.split(' '), adminPort: 0 }
  const [, adminPort] = await child.waitForLine(/weir: admin on http:\/\/127\.0\.0\.1:(\d+)/, STARTS_WITHIN_MS)
  return { process: child, urls: urls!.split(' '), adminPort: Number(adminPort) }
}

t.test('every listener serves, and stands in the line that says where it listens', async (t) => {
  const origin = await startOrigin(t, { body: 'here' })
  const { urls } = await startEdgeOf(t, origin.url, { workers: 2, listeners: [{ address: '127.0.0.1:0' }, { address: '[::1]:0' }] })
  t.equal(urls.length, 3)
  t.match(urls[2], /^http:\/\/\[::1\]:\d+$/)
  for (const url of urls.slice(0, 2)) t.equal((await request({ port: Number(new URL(url).port) })).text, 'here')
})

t.test('with a delay SIGTERM first tells the balancers, and takes requests as before meanwhile', async (t) => {
  const origin = await startOrigin(t, { body: 'still here' })
  const { process: weir, urls, adminPort } = await startEdgeOf(t, origin.url, { drainDelayMs: 60_000 })
  weir.signal('SIGTERM')
  await until(async () => (await request({ port: adminPort, path: '/readyz' })).text === 'draining\n', {
    what: 'readyz to turn',
    deadlineMs: 20_000,
  })
  t.match(await request({ port: Number(new URL(urls[0]!).port) }), { status: 200, text: 'still here' })
  weir.signal('SIGTERM')
  t.same(await weir.exited, { code: 1, signal: null })
})

t.test('SIGTERM lets what is under way finish, takes nothing new, and ends with exit code 0', async (t) => {
  const origin = await startOrigin(t, { body: 'finished' })
  const hold = origin.hold('/slow')
  const { process: weir, port } = await startProxy(t, origin.url)
  const client = await rawClient(t, port)
  client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => hold.waiting === 1, { what: 'the request at the origin', deadlineMs: 20_000 })
  weir.signal('SIGTERM')
  await until(
    () =>
      rawExchange(port, '', 500).then(
        () => false,
        () => true,
      ),
    { what: 'new connections to be refused', deadlineMs: 20_000 },
  )
  t.equal(weir.exit, null)
  hold.release()
  t.match(await client.closed(), /\r\nConnection: close\r\n[\s\S]*finished$/)
  t.same(await weir.exited, { code: 0, signal: null })
})

t.test('a second signal, whichever, ends at once', async (t) => {
  const origin = await startOrigin(t)
  const hold = origin.hold()
  const { process: weir, port } = await startProxy(t, origin.url)
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => hold.waiting === 1, { what: 'the request at the origin', deadlineMs: 20_000 })
  weir.signal('SIGTERM')
  await until(
    () =>
      rawExchange(port, '', 500).then(
        () => false,
        () => true,
      ),
    { what: 'new connections to be refused', deadlineMs: 20_000 },
  )
  weir.signal('SIGINT')
  t.same(await weir.exited, { code: 1, signal: null })
  hold.release()
})

t.test('an edge that another program keeps running does not replace itself', async (t) => {
  const origin = await startOrigin(t)
  const child = fork(WEIR, [...PROXY, '--to', origin.url], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  await until(() => output.includes('weir: admin on'), { what: 'the proxy to listen', deadlineMs: STARTS_WITHIN_MS })
  child.kill('SIGUSR2')
  await until(() => /"event":"upgrade-refused","reason":"another program started this edge/.test(output), {
    what: 'the refusal',
    deadlineMs: 20_000,
  })
  t.equal(child.exitCode, null)
})

t.test('a signal that comes while the edge starts does not end it', async (t) => {
  const port = await freePort()
  // Nobody answers there, so it waits for its first configuration for ever.
  const control = { url: 'http://127.0.0.1:1', token: 'x'.repeat(16) }
  const config = writeEdge(t, 'http://127.0.0.1:1', { admin: `127.0.0.1:${port}`, site: undefined, control })
  const weir = startProcess(t, process.execPath, [WEIR, 'edge', '--config', config])
  await until(async () => (await request({ port, path: '/readyz' })).text === 'starting\n', {
    what: 'it to start',
    deadlineMs: STARTS_WITHIN_MS,
  })
  for (const signal of ['SIGHUP', 'SIGUSR2'] as const) {
    weir.signal(signal)
    await weir.waitForLine(new RegExp(`"event":"signal-too-early","signal":"${signal}"`))
  }
  t.equal((await request({ port, path: '/livez' })).status, 200)
})

t.test('SIGHUP reads the site file again', async (t) => {
  const [first, second] = [await startOrigin(t, { body: 'first' }), await startOrigin(t, { body: 'second' })]
  const folder = tempDir(t)
  const site = (port: number) =>
    `name: shop\npools:\n  web: { peers: [{ address: "127.0.0.1:${port}" }] }\nroutes:\n  all: { path: "/*", pool: web }\n`
  writeFileSync(join(folder, 'site.yaml'), site(first.port))
  writeFileSync(
    join(folder, 'edge.yaml'),
    'listen: 127.0.0.1:0\nadmin: "off"\nsite: site.yaml\nstateDir: "off"\naccessLog: "off"\nworkers: 1\n',
  )
  const weir = startProcess(t, process.execPath, [WEIR, 'edge', '--config', join(folder, 'edge.yaml')])
  const [, port] = await weir.waitForLine(/weir: listening on http:\/\/127\.0\.0\.1:(\d+)/, STARTS_WITHIN_MS)
  t.equal((await request({ port: Number(port), path: '/1' })).text, 'first')
  writeFileSync(join(folder, 'site.yaml'), site(second.port))
  weir.signal('SIGHUP')
  await until(async () => (await request({ port: Number(port), path: '/2' })).text === 'second', {
    what: 'the new site',
    deadlineMs: 20_000,
  })
  t.same(await weir.stop(), { code: 0, signal: null })
})
