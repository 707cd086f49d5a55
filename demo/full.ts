// `npm run demo:full`: the demo with real Redis and Consul. Starts both, registers the origins, runs `weir up`, and ends all of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSite } from '../edge/contract/read-site.ts'
import { findBinary } from '../test/support/find-binary.ts'
import { freePort } from '../test/support/free-port.ts'
import { consulConfig, discoveredSite, fullBootstrap, registration } from './full-config.ts'

const FOLDER = '.weir/full'
const ORIGIN_PORTS = [9101, 9102, 9103]
const USUAL_PORTS = { redis: 6379, consul: 8500 }
const READY_WITHIN_MS = 20_000
const WEIR = fileURLToPath(new URL('../bin/weir.js', import.meta.url))
const DEMO_SITE = new URL('../conf/demo-site.yaml', import.meta.url)

async function main(): Promise<number> {
  const binaries = { redis: findBinary('redis-server'), consul: findBinary('consul') }
  const ports = { redis: await usualOrFree(USUAL_PORTS.redis), consul: await usualOrFree(USUAL_PORTS.consul) }
  const up = writeDocuments(ports)
  const services = [
    startService(binaries.redis, ['--port', String(ports.redis), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']),
    startService(binaries.consul, ['agent', '-dev', `-config-file=${await writeConsulConfig(ports.consul)}`]),
  ]
  process.once('exit', () => {
    for (const service of services) service.kill('SIGKILL')
  })
  try {
    await until('Redis', () => answers(ports.redis))
    await until('Consul', () => hasLeader(ports.consul))
    await Promise.all(ORIGIN_PORTS.map((port, index) => register(ports.consul, registration(index, port))))
    console.log(`demo: Redis on 127.0.0.1:${ports.redis}, Consul on http://127.0.0.1:${ports.consul} (it has a page of its own)`)
    console.log('demo: take an origin away with')
    console.log(`       curl -X PUT http://127.0.0.1:${ports.consul}/v1/agent/service/deregister/origin-1; npx weir edges`)
    return await runWeir(['up', '--config', up])
  } finally {
    await Promise.all(services.map(stopService))
  }
}

function writeDocuments(ports: { redis: number; consul: number }): string {
  const reading = readSite(readFileSync(DEMO_SITE, 'utf8'))
  if (!reading.ok) throw new Error(`conf/demo-site.yaml is not valid: ${reading.problems[0]?.message}`)
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 })
  const [site, up] = [resolve(FOLDER, 'site.json'), resolve(FOLDER, 'up.json')]
  writeFileSync(site, JSON.stringify(discoveredSite(reading.site), null, 2))
  writeFileSync(up, JSON.stringify(fullBootstrap(ports, site), null, 2))
  return up
}

async function writeConsulConfig(http: number): Promise<string> {
  const file = resolve(FOLDER, 'consul.json')
  writeFileSync(file, JSON.stringify(consulConfig({ http, server: await freePort(), serf: await freePort() })))
  return file
}

// In a process group of its own: a Ctrl-C ends Weir first, and these after it, while it still needs them.
function startService(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: 'ignore', detached: true, cwd: FOLDER })
}

function stopService(service: ChildProcess): Promise<unknown> {
  if (service.exitCode !== null || service.signalCode !== null) return Promise.resolve()
  const gone = new Promise((done) => service.once('exit', done))
  service.kill('SIGTERM')
  const insist = setTimeout(() => service.kill('SIGKILL'), 5_000)
  return gone.finally(() => clearTimeout(insist))
}

function runWeir(args: readonly string[]): Promise<number> {
  const weir = spawn(process.execPath, [WEIR, ...args], { stdio: 'inherit' })
  // Ctrl-C reaches Weir by itself; this process has to outlive it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => weir.kill('SIGTERM'))
  return new Promise((done) => weir.once('exit', (code) => done(code ?? 1)))
}

async function usualOrFree(port: number): Promise<number> {
  return (await isFree(port)) ? port : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)))
  })
}

async function until(name: string, check: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + READY_WITHIN_MS
  while (performance.now() < giveUpAtMs) {
    if (await check()) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`${name} did not answer within ${READY_WITHIN_MS / 1_000} s`)
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.destroy() && done(true))
    socket.once('error', () => done(false))
  })
}

async function hasLeader(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/health/service/consul?passing`).catch(() => null)
  return answer?.ok === true && ((await answer.json()) as unknown[]).length > 0
}

async function register(port: number, body: object): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/agent/service/register`, { method: 'PUT', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`Consul answered ${answer.status} to a registration: ${await answer.text()}`)
}

main()
  .then((code) => process.exit(code))
  .catch((cause: Error) => {
    console.error(`demo: ${cause.message}`)
    process.exit(1)
  })
