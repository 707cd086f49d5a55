#!/usr/bin/env node
// The door for whatever Node a machine has: this file is parsed by old ones too, so it keeps to plain old JavaScript.
// Weir runs on Node 26. `npm ci` brings it as the package `node`, and with an older Node this file hands over to that one.

import { spawn } from 'node:child_process'
import { closeSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WANTED_MAJOR = 26
const HERE = dirname(fileURLToPath(import.meta.url))
/** Where the sockets begin that systemd hands over (sd_listen_fds(3)), and more of them than anybody has. */
const FIRST_SOCKET = 3
const MAX_SOCKETS = 20000

/** The Node that `npm ci` installed for this package or for the one it is part of, or null. */
function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = dirname(HERE); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', name)
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return null
  }
}

/** The descriptors of the listening sockets that this process was handed. */
function handedSockets() {
  const { LISTEN_PID, LISTEN_FDS } = process.env
  const isOurs = LISTEN_PID === undefined || LISTEN_PID === String(process.pid)
  const count = isOurs && /^[0-9]{1,5}$/.test(LISTEN_FDS) ? Math.min(Number(LISTEN_FDS), MAX_SOCKETS) : 0
  return Array.from({ length: count }, (_, index) => FIRST_SOCKET + index)
}

/** Ends with what the child ended with, so that who started us sees no difference. */
function standInFor(command, args, sockets) {
  const env = Object.assign({}, process.env)
  // Nobody knows the process id of a child beforehand; without one the sockets are for whoever has them.
  if (sockets.length > 0) delete env.LISTEN_PID
  const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit'].concat(sockets), env })
  // Open here too, they would go on taking connections when the child has closed them.
  child.on('spawn', () => {
    for (const fd of sockets) closeSync(fd)
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (cause) => giveUp(`Weir could not start ${command}: ${cause.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const each of signals) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  })
}

function handOver(command) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const sockets = handedSockets()
  // Becoming the other Node keeps the process id, the terminal and the signals as they are; older ones can only start a child. So can
  // one with sockets: Node lets nothing but the standard streams through to what it becomes.
  if (typeof process.execve === 'function' && process.platform !== 'win32' && sockets.length === 0) {
    process.execve(command, [command, ...args], process.env)
  }
  standInFor(command, args, sockets)
}

function giveUp(sentence) {
  process.stderr.write(`weir: ${sentence}\n`)
  process.exitCode = 1
}

const major = Number(process.versions.node.split('.')[0])
const bundled = major < WANTED_MAJOR ? bundledNode() : null

if (major >= WANTED_MAJOR) {
  import('./weir.ts').catch((cause) => giveUp(`it could not be loaded: ${process.env.WEIR_DEBUG ? cause.stack : cause.message}`))
} else if (bundled !== null) {
  handOver(bundled)
} else {
  giveUp(`Weir needs Node ${WANTED_MAJOR} and this is ${process.version}; run \`npm ci\` in the Weir folder, which brings it along.`)
}
