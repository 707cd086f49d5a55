import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { nginxBuild } from './nginx.ts'

const PEER_PACKAGES = ['http-proxy', '@fastify/http-proxy', 'fastify']

/** One Markdown paragraph that says when, on what machine, at what commit and with what versions a benchmark was taken. */
export function describeMachine(): string {
  const cores = cpus()
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${cores.length} cores (${cores[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`
  return `${date}, commit ${commit()}; ${machine}. ${versions()}.`
}

function versions(): string {
  const nginx = /nginx\/([\d.]+)/.exec(nginxBuild())?.[1]
  const redis = /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]
  // wrk -v prints its version, then its usage, and exits with 1.
  const wrk = /wrk (\S+)/.exec(execFileSync('sh', ['-c', 'wrk -v 2>&1 || true'], { encoding: 'utf8' }))?.[1]
  const peers = PEER_PACKAGES.map((name) => `${name} ${packageVersion(name)}`)
  return [`Node ${process.version.slice(1)}`, `nginx ${nginx}`, `Redis ${redis}`, `wrk ${wrk}`, ...peers].join(', ')
}

function packageVersion(name: string): string {
  const file = join(import.meta.dirname, 'peers/node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

// A tree with changes is named so: its numbers belong to no commit.
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', import.meta.dirname, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' with changes')
  } catch {
    // A tree without history (an unpacked archive, no first commit) is measured all the same, and says so.
    return 'unknown'
  }
}
