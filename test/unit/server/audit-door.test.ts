import { createServer, request as open } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { AuditProgress, AuditReport, AuditTerms } from '../../../edge/contract/audit.ts'
import type { AuditDesk, RunningAudit } from '../../../edge/server/audit-desk.ts'
import { auditTerms, takeAudit } from '../../../edge/server/audit-door.ts'
import { request } from '../../support/http-client.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { Scope } from '../../support/scope.ts'

const REPORT: AuditReport = { ended: 'whole', groups: [] }

/** A door to a desk that does what the test says. */
async function door(t: Scope, begin: (terms: AuditTerms, told: (progress: AuditProgress) => void) => RunningAudit | null) {
  const server = createServer((incoming, response) => {
    const refusal = takeAudit(incoming, response, { begin } as unknown as AuditDesk, new ManualClock())
    if (refusal !== null) response.writeHead(refusal.status).end(refusal.message)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

t.test('terms are read with their bounds', async (t) => {
  const read = (text: string) => auditTerms(new URLSearchParams(text))
  t.same(read(''), { sample: 200, ratePerS: 20, fix: 'no' })
  t.same(read('sample=5&ratePerS=1000&fix=yes'), { sample: 5, ratePerS: 1_000, fix: 'yes' })
  for (const bad of ['sample=0', 'sample=10001', 'ratePerS=1001', 'sample=x', 'sample=1e3', 'fix=maybe', 'everyMs=1', 'a=1'])
    t.type(read(bad), 'string', bad)
})

t.test('progress comes in lines, not too many, and the report last', async (t) => {
  const port = await door(t, (_terms, told) => {
    const report = Promise.resolve().then(() => {
      for (let done = 0; done <= 50; done++) told({ done, of: 50, drifted: 0 })
      return REPORT
    })
    return { report, stop: () => {} }
  })
  const answer = await request({ port, method: 'POST', path: '/cache/audit' })
  t.equal(answer.headers['content-type'], 'application/x-ndjson')
  const lines = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  t.same(lines, [
    { type: 'progress', done: 0, of: 50, drifted: 0 },
    { type: 'progress', done: 50, of: 50, drifted: 0 },
    { type: 'report', report: REPORT },
  ])
})

t.test('who goes away ends it', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: stopped, resolve: stop } = Promise.withResolvers<AuditReport>()
  const port = await door(t, () => {
    begin()
    return { report: stopped, stop: () => stop(REPORT) }
  })
  const sent = open({ port, host: '127.0.0.1', method: 'POST', path: '/cache/audit', agent: false })
  sent.on('error', () => {})
  sent.end()
  await begun
  sent.destroy()
  t.same(await stopped, REPORT)
})

t.test('a second one, pages in browsers and terms that are none are refused', async (t) => {
  const port = await door(t, () => null)
  const status = async (path: string, headers = {}) => (await request({ port, method: 'POST', path, headers })).status
  t.equal(await status('/cache/audit'), 409)
  t.equal(await status('/cache/audit', { origin: 'http://evil.example' }), 403)
  t.equal(await status('/cache/audit', { 'sec-fetch-site': 'cross-site' }), 403)
  t.equal(await status('/cache/audit?sample=0'), 400)
})
