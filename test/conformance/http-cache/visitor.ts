// A process of its own per run, since the suite's client keeps its state in its modules: runs tests by their ids, and prints what became
// of each as one JSON object.
//   node visitor.ts FOLDER BASES ID…     BASES: URLs of one edge, or of two with a comma between them

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type PlainInit, type PlainResponse, plainFetch } from './plain-fetch.ts'
import { readSuites, type Suite } from './suites.ts'

/** All at once: a test mostly waits, 3 s at a time. */
const AT_ONCE = 1_000
const TO_THE_STORE_MS = 100
/** Stands for the edges in the URLs that the suite makes. */
const ANY_EDGE = 'http://edge'

interface Runner {
  runTests(suites: readonly Suite[], fetch: unknown, browser: boolean, base: string, atOnce: number): Promise<void>
  getResults(): Record<string, unknown>
}

const [folder = '', bases = '', ...ids] = process.argv.slice(2)
const edges = bases.split(',')

/** Of two edges one is asked first and the other from then on: what it has from the first it has through the store that they share. */
async function fetchOfSuite(url: string, init?: PlainInit): Promise<PlainResponse> {
  const isFirst = init?.headers?.some(([name, value]) => name === 'Req-Num' && value === '1') === true
  const edge = isFirst ? edges[0]! : edges.at(-1)!
  // What one edge keeps is in the store a moment after its client has it.
  if (edges.length > 1) await new Promise((resolve) => setTimeout(resolve, TO_THE_STORE_MS))
  return plainFetch(url.replace(ANY_EDGE, edge), init)
}

const suites = (await readSuites(folder)).map((suite) => ({
  ...suite,
  tests: suite.tests.filter(({ id }) => ids.includes(id)),
}))
const runner: Runner = await import(pathToFileURL(join(folder, 'client', 'runner.mjs')).href)
// The suite binds what it is given; it must find a function of its own.
await runner.runTests(suites, (url: string, init?: PlainInit) => fetchOfSuite(url, init), false, ANY_EDGE, AT_ONCE)
process.stdout.write(JSON.stringify(runner.getResults()), () => process.exit(0))
