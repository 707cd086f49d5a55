import t from 'tap'
import type { Call } from '../../../../control/cli/command.ts'
import { Flags } from '../../../../control/cli/flags.ts'
import { ownClient, publishIfChanged, tellIfOther, untilServing } from '../../../../control/cli/up-site.ts'
import { ApiClient } from '../../../../control/client/api-client.ts'
import type { Control } from '../../../../control/control.ts'
import { systemTimers } from '../../../../edge/base/system/clock.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { startOrigin } from '../../../support/origin.ts'
import { SITE, startCli } from './cli-world.ts'

function callOf(files: Map<string, string>) {
  const [out, clock] = [[] as string[], new ManualClock()]
  const call = {
    args: [],
    flags: new Flags(new Map()),
    env: {},
    clock,
    timers: systemTimers,
    terminal: { out: (line: string) => void out.push(line), err: () => {}, columns: 80, interactive: false, draw: () => {} },
    files: {
      read: async (path: string) => files.get(path) ?? null,
      writeAtomic: async (path: string, text: string) => void files.set(path, text),
    },
  }
  return { call: call as unknown as Call, out, clock }
}

const control = (firstToken: string | null, url = 'http://127.0.0.1:1') => ({ url, firstToken }) as unknown as Control

t.test('the first token is kept beside the state it belongs to and where other commands look', async (t) => {
  const files = new Map<string, string>()
  await ownClient(callOf(files).call, control('first'), 'state')
  const wanted = { url: 'http://127.0.0.1:1', token: 'first' }
  t.same(
    [...files].map(([path, text]) => [path, JSON.parse(text)]),
    [
      ['state/credentials.json', wanted],
      ['.weir/credentials.json', wanted],
    ],
  )
})

t.test('a later run finds it again, also when another control plane was up meanwhile', async (t) => {
  const files = new Map<string, string>()
  await ownClient(callOf(files).call, control('one'), 'state')
  await ownClient(callOf(files).call, control('two'), 'other-state')
  await ownClient(callOf(files).call, control(null, 'http://127.0.0.1:2'), 'state')
  t.same(JSON.parse(files.get('.weir/credentials.json')!), { url: 'http://127.0.0.1:2', token: 'one' })
})

t.test('a token that nobody knows any more writes nothing', async (t) => {
  const files = new Map<string, string>()
  await ownClient(callOf(files).call, control(null), 'state')
  t.equal(files.size, 0)
})

t.test('a site that has changed is published, one that has not is left alone, and a refusal says what to do', async (t) => {
  const cli = await startCli(t)
  const { call, out } = callOf(cli.files)
  const client = new ApiClient({ url: cli.control.url, token: cli.control.firstToken!, timers: systemTimers })
  await publishIfChanged(call, client, 'site.json')
  t.same(out, [])
  cli.files.set('site.json', JSON.stringify({ ...SITE, name: 'second' }))
  await publishIfChanged(call, client, 'site.json')
  t.same(out, ['weir: site.json is revision 2'])
  const stranger = new ApiClient({ url: cli.control.url, token: 'unknown', timers: systemTimers })
  await t.rejects(publishIfChanged(call, stranger, 'site.json'), { message: /could not be published: .*remove the folder \.weir/ })
})

t.test('it waits until an edge serves what stands, and not for ever', async (t) => {
  const edge = (revision: number) => ({ connection: { state: 'connected' }, have: { revision } })
  let edges = [edge(6)]
  const api = await startOrigin(t, () => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ revision: 7, edges }),
  }))
  const client = new ApiClient({ url: api.url, token: 'x', timers: systemTimers })
  const patient = callOf(new Map())
  const serving = untilServing(patient.call, client)
  await api.waitForCount(2)
  edges = [edge(7)]
  t.equal(await serving, true)

  edges = []
  const waiting = untilServing(patient.call, client)
  await api.waitForCount(4)
  patient.clock.advance(5_000)
  t.equal(await waiting, false)
})

t.test('a revision that is not what the site file says is told, with the way back', async (t) => {
  const cli = await startCli(t)
  const { call, out } = callOf(cli.files)
  const client = new ApiClient({ url: cli.control.url, token: cli.control.firstToken!, timers: systemTimers })
  t.equal(await tellIfOther(call, client, 'site.json'), true)
  t.same(out, [])
  cli.files.set('other.json', JSON.stringify({ ...SITE, name: 'other' }))
  t.equal(await tellIfOther(call, client, 'other.json'), false)
  t.match(out.join(' '), /revision 1 stands and is not what the site file says; .* npx weir publish other\.json/)
})
