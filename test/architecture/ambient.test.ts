import t from 'tap'
import { ambientFaults, PLACES } from './ambient.ts'
import { sourceFiles } from './source-tree.ts'

t.test('nothing ambient is reached for outside of the listed places', async (t) => {
  t.same(
    sourceFiles(['edge', 'control']).flatMap((file) => ambientFaults(file)),
    [],
  )
})

t.test('every listed place has its reason', async (t) => {
  for (const { place, reason } of PLACES) t.ok(reason.length > 10, place)
})

const faultsOf = (text: string, path = 'edge/limit/gcra.ts') => ambientFaults({ path, text })

t.test('every way out is seen', async (t) => {
  const waysOut = [
    'const now = Date.now()',
    'const now = new Date()',
    'const now = performance.now()',
    'if (Math.random() < 0.5) drop()',
    'const id = randomUUID()',
    'setTimeout(run, 5)',
    'const stop = setInterval(run, 5)',
    'setImmediate(run)',
    'const signal = AbortSignal.timeout(5)',
    'if (process.env.DEBUG) say()',
    'const g = globalThis',
    'const answer = await fetch(url)',
    "import { readFile } from 'node:fs/promises'",
    "import { connect } from 'node:net'",
    "import http from 'node:http'",
    "import * as tls from 'tls'",
    "import { Worker } from 'node:worker_threads'",
    "const { spawn } = await import('node:child_process')",
    "import { Pool } from 'undici'",
    "import { Redis } from 'ioredis'",
    "import fastify from 'fastify'",
    "import { DatabaseSync } from 'node:sqlite'",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is code that holds a template
    'const line = `at ${Date.now()}`',
    "import { connect, isIP } from 'node:net'",
  ]
  for (const text of waysOut) t.equal(faultsOf(text).length, 1, text)
})

t.test('pure code, types, comments and words are let through', async (t) => {
  const pure = [
    'const at = new Date(nowMs).toISOString()',
    'const size = Math.max(1, n)',
    'ports.timers.after(5, run)',
    'cache.fetch(key)',
    '// Date.now() is not for us',
    '/** `setTimeout` keeps a process alive */',
    "const word = 'process.env'",
    'const pattern = /fetch(now)/',
    "import type { Socket } from 'node:net'",
    "import { isIP, type Socket } from 'node:net'",
    "import { createHash } from 'node:crypto'",
    'const preprocess = process',
  ]
  for (const text of pure) t.same(faultsOf(text), [], text)
})

t.test('a place may reach for what its row says, and for nothing else', async (t) => {
  t.same(faultsOf("import { Redis } from 'ioredis'", 'edge/redis/client.ts'), [])
  t.match(faultsOf("import { Pool } from 'undici'", 'edge/redis/client.ts'), ['edge/redis/client.ts: imports undici (undici)'])
  t.equal(faultsOf('\n\nprocess.exit(1)', 'edge/main.ts.ts')[0], 'edge/main.ts.ts: line 3 has process. (process)')
})
