#!/usr/bin/env node
// The door for whatever Node a machine has: this file is parsed by old ones too, so it keeps to plain old JavaScript.
// Weir runs on Node 26. `npm ci` brings it as the package `node`, and with an older Node this file hands over to that one.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WANTED_MAJOR = 26
const HERE = dirname(fileURLToPath(import.meta.url))

/** The Node that `npm ci` installed for this package or for the one it is part of, or null. */
function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = dirname(HERE); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', name)
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return null
  }
}

/** Ends with what the child ended with, so that who started us sees no difference. */
function standInFor(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' })
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
  // Becoming the other Node keeps the process id, the terminal and the signals as they are; older ones can only start a child.
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(command, [command, ...args], process.env)
  }
  standInFor(command, args)
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
