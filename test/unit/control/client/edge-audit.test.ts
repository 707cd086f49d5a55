import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { auditEdge } from '../../../../control/client/edge-audit.ts'
import type { AuditProgress } from '../../../../edge/contract/audit.ts'
import { freePort } from '../../../support/free-port.ts'
import type { Scope } from '../../../support/scope.ts'

const NEVER = new Promise(() => {})

async function ask(t: Scope, answer: (response: ServerResponse, target: string) => void, stopped: Promise<unknown> = NEVER) {
  const server = createServer((request, response) => answer(response, `${request.method} ${request.url}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const told: AuditProgress[] = []
  const edge = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const terms = { sample: 7, ratePerS: 3, fix: 'yes' } as const
  return { told, answer: await auditEdge({ edge, terms, told: (progress) => told.push(progress), stopped }) }
}

t.test('lines are read as they come, wherever they are cut', async (t) => {
  let seen = ''
  const { told, answer } = await ask(t, (response, target) => {
    seen = target
    response.write('{"type":"progress","done":1,"of":2,"dri')
    response.write('fted":0}\n{"type":"other"}\nno json\n{"type":"report","report":{"ended":"whole",')
    response.end('"groups":[]}}\n')
  })
  t.equal(seen, 'POST /cache/audit?sample=7&ratePerS=3&fix=yes')
  t.match(told, [{ done: 1, of: 2, drifted: 0 }])
  t.same(answer, { ok: true, report: { ended: 'whole', groups: [] } })
})

t.test('what goes wrong is a sentence', async (t) => {
  const busy = await ask(t, (response) => response.writeHead(409).end('{"message": "an audit is under way"}\n'))
  t.same(busy.answer, { ok: false, kind: 'refused', sentence: 'an audit is under way' })
  t.match((await ask(t, (response) => response.writeHead(502).end('<html>'))).answer, { ok: false, sentence: 'the edge answered 502' })
  t.match((await ask(t, (response) => response.end('{"type":"progress"}\n'))).answer, {
    ok: false,
    sentence: 'the audit ended without a report',
  })
  t.match((await ask(t, (response) => response.write('{') && response.destroy())).answer, { ok: false, kind: 'unreachable' })
  const terms = { sample: 1, ratePerS: 1, fix: 'no' } as const
  const edge = new URL(`http://127.0.0.1:${await freePort()}`)
  t.match(await auditEdge({ edge, terms, told: () => {}, stopped: NEVER }), { ok: false, kind: 'unreachable', sentence: /does not answer/ })
})

t.test('who is stopped goes away', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { answer } = await ask(t, () => resolve(), promise)
  t.match(answer, { ok: false, kind: 'refused', sentence: /^stopped/ })
})
