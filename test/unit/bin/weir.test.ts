import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { descriptorOf } from '../../../edge/server/descriptor.ts'
import { request } from '../../support/http-client.ts'
import { startOrigin } from '../../support/origin.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { runWeir } from '../../support/weir.ts'

const DOOR = new URL('../../../bin/weir.js', import.meta.url)

t.test('verbs reach their plane, with its exit code', async (t) => {
  const runs = [runWeir(t, ['version']), runWeir(t, ['proxy', '--help']), runWeir(t, ['nonsense']), runWeir(t, ['check', '/nowhere'])]
  const [version, proxy, nonsense, check] = await Promise.all(runs)
  t.match(version, { code: 0, output: /^weir \d/ })
  t.match(proxy, { code: 0, output: /--to/ })
  t.match(nonsense, { code: 2, output: /there is no command "nonsense"/ })
  t.match(check, { code: 1, output: 'weir: there is no file /nowhere\n' })
})

t.test('a reader that has seen enough is no fault', async (t) => {
  const child = spawn(process.execPath, [fileURLToPath(DOOR), 'help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  t.equal(code, 0)
  t.equal(err, '')
})

t.test('started by an old Node, sockets that were handed over reach the new one', async (t) => {
  const folder = tempDir(t)
  const origin = await startOrigin(t, { body: 'through both' })
  const site = {
    name: 'shop',
    pools: { web: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    routes: { all: { path: '/*', pool: 'web' } },
  }
  writeFileSync(join(folder, 'site.yaml'), JSON.stringify(site))
  writeFileSync(join(folder, 'edge.yaml'), 'listen: fd:web\nadmin: "off"\nsite: site.yaml\nstateDir: "off"\naccessLog: "off"\nworkers: 1\n')
  // It takes itself for an old one, and leaves it at that for what it starts.
  const old = "Object.defineProperty(process, 'versions', { value: { node: '20.0.0' } }); delete process.env.NODE_OPTIONS"
  writeFileSync(join(folder, 'old.cjs'), old)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // The shell stays the process that it becomes, so it can say for whom the sockets are, as systemd does.
  const command = 'LISTEN_PID=$$ exec "$0" "$@"'
  const child = spawn('sh', ['-c', command, process.execPath, fileURLToPath(DOOR), 'edge', '--config', join(folder, 'edge.yaml')], {
    stdio: ['ignore', 'pipe', 'inherit', descriptorOf(server)!],
    env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'web', NODE_OPTIONS: `--require ${join(folder, 'old.cjs')}` },
  })
  t.teardown(() => child.kill('SIGTERM'))
  let out = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await until(() => out.includes('weir: listening on fd:web\n'), { what: 'the edge to listen', deadlineMs: 60_000 })
  await new Promise((resolve) => server.close(resolve))
  t.equal((await request({ port })).text, 'through both')
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  await t.rejects(request({ port }), { code: 'ECONNREFUSED' }, 'none of the two keeps the socket open')
})

t.test('the door is written so that an old Node can say what is wrong', (t) => {
  const text = readFileSync(DOOR, 'utf8')
  for (const tooNew of [/\?\?/, /\?\./, /^\s*await /m, /#[a-z]/, /import\.meta\.(?!url)/])
    t.notMatch(text.replace(/\/\/.*|`[^`]*`|#!.*/g, ''), tooNew)
  t.end()
})
