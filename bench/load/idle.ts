import { execFileSync } from 'node:child_process'
import http from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CASES } from './cases.ts'
import type { Run } from './contender.ts'
import { treeRssBytes } from './memory.ts'
import type { Page } from './pages.ts'
import { provenAnswer } from './proof.ts'
import { ask } from './request.ts'
import { BODY } from './rig.ts'
import type { Figures } from './sample.ts'
import { wrk } from './wrk.ts'

/** Connections that are open before the memory is first read: they use up what the warm-up had taken and left behind. */
export const FIRST_CONNECTIONS = 1_000
const AT_ONCE = 100
// As clients have addresses of their own; a limit of connections per address is no part of this.
const CLIENT_ADDRESSES = 10
// Descriptors that a program has beside its clients.
const SPARE_FILES = 500
// Long enough for what the requests left behind to be let go, far shorter than any keep-alive.
const SETTLE_MS = 1_500

/** Connections that stand open and idle. */
interface IdleConnections {
  /** How many the other side has not closed. */
  open(): number
  close(): void
}

/** Warms up, then opens connections, asks once on each, and leaves them open. @throws Error when one is closed by the contender */
export async function figuresOfIdle(run: Run): Promise<Figures> {
  const { running, pages, connections } = run
  const [page, { pid }] = [pages[0]!, running.process]
  checkOpenFiles(FIRST_CONNECTIONS + connections)
  await provenAnswer(running.url, page, CASES[run.benchCase].job)
  await wrk({ url: running.url, pagesFile: run.pagesFile, seconds: run.warmupSeconds, threads: 1, logFile: join(run.folder, 'warmup.log') })
  const first = await openIdle(running.url, page, FIRST_CONNECTIONS)
  try {
    await wait(SETTLE_MS)
    const rssBeforeBytes = treeRssBytes(pid)
    const rest = await openIdle(running.url, page, connections)
    try {
      await wait(SETTLE_MS)
      const rssAfterBytes = treeRssBytes(pid)
      const kept = first.open() + rest.open()
      if (kept !== FIRST_CONNECTIONS + connections) throw new Error(`only ${kept} of all idle connections were kept`)
      return { rssBeforeBytes, rssAfterBytes, bytesPerConnection: (rssAfterBytes - rssBeforeBytes) / connections }
    } finally {
      rest.close()
    }
  } finally {
    first.close()
  }
}

/** Opens `count` connections, each kept open after one answered request. @throws Error when an answer is wrong */
export async function openIdle(url: string, page: Page, count: number): Promise<IdleConnections> {
  const agents: http.Agent[] = []
  const close = () => {
    for (const agent of agents) agent.destroy()
  }
  try {
    for (let opened = 0; opened < count; opened += AT_ONCE) {
      // An agent that is asked for all of them in one tick cannot use any of its connections twice.
      const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE, maxFreeSockets: AT_ONCE })
      agents.push(agent)
      const batch = Array.from({ length: Math.min(AT_ONCE, count - opened) }, (_, i) => ask(url, page, agent, addressOf(i)))
      const answers = await Promise.all(batch)
      const wrong = answers.find(({ status, body }) => status !== 200 || body !== BODY)
      if (wrong) throw new Error(`wrong answer: status ${wrong.status}, ${wrong.body.length} bytes`)
    }
  } catch (cause) {
    close()
    throw cause
  }
  return { open: () => agents.reduce((sum, agent) => sum + freeSockets(agent), 0), close }
}

function addressOf(client: number): string {
  return `127.0.0.${2 + (client % CLIENT_ADDRESSES)}`
}

function freeSockets(agent: http.Agent): number {
  return Object.values(agent.freeSockets).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0)
}

function checkOpenFiles(connections: number): void {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  if (limit === 'unlimited' || connections + SPARE_FILES <= Number(limit)) return
  throw new Error(`${connections} connections need more open files than ${limit} (ulimit -Hn)`)
}
