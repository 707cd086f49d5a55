// A hundred services of which some change all the time: what discovery costs Consul and us, beside a poller that asks for everything.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { openConsulCatalog } from '../../control/discovery/consul-catalog.ts'
import { Discovery } from '../../control/discovery/discovery.ts'
import type { HealthCatalog } from '../../control/discovery/health-catalog.ts'
import { systemClock, systemRandom, systemTimers } from '../../edge/base/system/clock.ts'
import { type ConsulConfig, ConsulSchema } from '../../edge/contract/discovery-settings.ts'
import { SiteSchema } from '../../edge/contract/site.ts'
import { validate } from '../../edge/contract/validate.ts'
import { startConsul } from '../support/consul.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { accepted } from '../unit/contract/accepts.ts'
import { ScriptedResolver } from '../unit/control/discovery/scripted-resolver.ts'

const SERVICES = 100
const CHANGES = 80
const ROUNDS = 5
/** What a tick of /proc counts, on every Linux that node runs on. */
const TICK_MS = 10

/** The processor time that a process has used, ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

t.test('churn wakes what changed, and the questions stay bounded', async (t) => {
  const consul = await startConsul(t)
  const nameOf = (index: number) => `service-${index}`
  const put = (index: number, instance: number) =>
    consul.register({ id: `${nameOf(index)}-${instance}`, name: nameOf(index), port: 9_000 + instance })
  for (let index = 0; index < SERVICES; index++) for (const instance of [0, 1]) await put(index, instance)

  const read = validate(SiteSchema, {
    pools: Object.fromEntries(Array.from({ length: SERVICES }, (_, index) => [nameOf(index), { discover: { service: nameOf(index) } }])),
  })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const catalog = openConsulCatalog(accepted(ConsulSchema, { url: consul.url }) as ConsulConfig, { tokenFor: async () => null })
  let asked = 0
  const counting: HealthCatalog = {
    ask: (question, abort) => {
      asked++
      return catalog.ask(question, abort)
    },
    close: () => catalog.close(),
  }
  const world = { clock: systemClock, timers: systemTimers, random: systemRandom, log: new RecordingLog(), metrics: new RecordingMetrics() }
  const discovery = new Discovery({ ...world, catalog: counting, resolver: new ScriptedResolver() })
  t.teardown(() => discovery.close())
  discovery.follow(read.value)
  const peersOf = (index: number) => discovery.current().services.find(({ service }) => service === nameOf(index))?.peers.length ?? 0
  await until(() => discovery.current().services.length === SERVICES, { what: 'all services to be known', deadlineMs: 60_000 })

  await until(() => asked >= 2 * SERVICES, { what: 'the second question of each, which waits' })
  const [askedBefore, consulBefore, oursBefore] = [asked, cpuOf(consul.pid), process.cpuUsage()]
  const random = new SeededRandom()
  const sizes = new Map<number, number>()
  const latenciesMs: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const index = Math.floor(random.next() * SERVICES)
    const size = sizes.get(index) === 3 ? 2 : 3
    sizes.set(index, size)
    const startedAtMs = performance.now()
    if (size === 3) await put(index, 2)
    else await consul.deregister(`${nameOf(index)}-2`)
    await until(() => peersOf(index) === size, { what: `${size} peers of ${nameOf(index)}` })
    latenciesMs.push(performance.now() - startedAtMs)
  }
  // The last one is asked about again too.
  await until(() => asked - askedBefore >= CHANGES, { what: 'a question behind each change' })
  const ours = process.cpuUsage(oursBefore)
  const questions = asked - askedBefore
  const consulMs = cpuOf(consul.pid) - consulBefore
  latenciesMs.sort((a, b) => a - b)

  const [pollBefore, pollOursBefore] = [cpuOf(consul.pid), process.cpuUsage()]
  let polled = 0
  for (let round = 0; round < ROUNDS; round++) {
    const names = Object.keys(JSON.parse((await consul.call('GET', '/v1/catalog/services')).text) as object)
    for (const name of names) await consul.call('GET', `/v1/health/service/${name}?passing`)
    polled += names.length + 1
  }
  const pollOurs = process.cpuUsage(pollOursBefore)
  const shown = (label: string, requests: number, atConsulMs: number, hereUs: number) =>
    t.comment(`${label}: ${requests} requests, CPU of Consul ${atConsulMs} ms, ours ${Math.round(hereUs / 1_000)} ms`)
  shown(
    `${CHANGES} changes of ${SERVICES} services, each known after ${Math.round(latenciesMs[CHANGES >> 1]!)} ms (median)`,
    questions,
    consulMs,
    ours.user + ours.system,
  )
  shown(`a poller of everything, ${ROUNDS} rounds`, polled, cpuOf(consul.pid) - pollBefore, pollOurs.user + pollOurs.system)
  t.ok(questions <= SERVICES + 3 * CHANGES, `${questions} questions for ${CHANGES} changes`)
})
