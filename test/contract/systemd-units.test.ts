// The units for systemd belong together: what one of them says, the others and the bootstrap beside them must mean too.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { EdgeBootstrap } from '../../edge/contract/bootstrap.ts'
import { readBootstrap } from '../../edge/contract/read-site.ts'
import { listenTexts } from '../../edge/server/listen-address.ts'
import { ListenPlan } from '../../edge/server/listen-plan.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'conf/deploy/systemd')

/** All values of each setting of a unit, whatever its section. */
function settingsOf(unit: string): Map<string, string[]> {
  const settings = new Map<string, string[]>()
  for (const line of readFileSync(join(FOLDER, unit), 'utf8').split('\n')) {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
    if (name !== undefined) settings.set(name, [...(settings.get(name) ?? []), value!])
  }
  return settings
}

const sockets = readdirSync(FOLDER).filter((name) => name.endsWith('.socket'))
const service = settingsOf('weir-edge.service')
const bootstrap = bootstrapBeside()

function bootstrapBeside(): EdgeBootstrap {
  const reading = readBootstrap('edge', readFileSync(join(FOLDER, 'edge.yaml'), 'utf8'))
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.bootstrap
}

t.test('the service takes every socket unit, and each of them starts it', async (t) => {
  t.same(service.get('Sockets')?.[0]?.split(' ').toSorted(), sockets.toSorted())
  for (const unit of sockets) t.same(settingsOf(unit).get('Service'), ['weir-edge.service'])
})

t.test('what the bootstrap asks for is what the sockets are called, one for each worker', async (t) => {
  const handed = sockets.flatMap((unit) => {
    const settings = settingsOf(unit)
    const lines = settings.get('ListenStream') ?? []
    t.equal(new Set(lines).size, 1, `${unit} has one address`)
    t.same(settings.get('ReusePort'), ['yes'], 'which more than one socket may have')
    return lines.map(() => settings.get('FileDescriptorName')![0]!)
  })
  t.same(new Set(handed.map((name) => `fd:${name}`)), new Set(listenTexts(bootstrap)))
  const plan = new ListenPlan(
    bootstrap,
    handed.map((name, index) => ({ name, fd: 3 + index })),
    bootstrap.workers,
  )
  t.equal(plan.workers, bootstrap.workers)
  t.same(plan.unclaimed, [])
  for (let worker = 0; worker < plan.workers; worker += 1) t.equal(plan.placesOf(worker, new Map()).length, sockets.length)
})

t.test('it starts what is there, with the bootstrap beside it, and waits longer than a drain takes', async (t) => {
  const command = service.get('ExecStart')![0]!.split(' ')
  const [node, weir] = command as [string, string]
  t.match(node, /^\/opt\/weir\/node_modules\/\.bin\/node$/)
  t.ok(existsSync(join(ROOT, weir.replace('/opt/weir/', ''))))
  t.same(command.slice(2), ['edge', '--config', '/etc/weir/edge.yaml'])
  t.ok(Number(service.get('TimeoutStopSec')![0]) * 1_000 > bootstrap.drainDelayMs + bootstrap.drainTimeoutMs)
})
