import { type Control, startControl } from '../../../../control/control.ts'
import type { Role } from '../../../../control/domain/access.ts'
import { systemFiles } from '../../../../edge/base/system/files.ts'
import { type ControlBootstrap, ControlBootstrapSchema } from '../../../../edge/contract/bootstrap.ts'
import { validate } from '../../../../edge/contract/validate.ts'
import { request, type TestAnswer } from '../../../support/http-client.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

/** A call of a test; the body is sent as JSON. */
export interface TestCall {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  /** `null` sends none; the admin's when left out. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** A control plane on a free port, with time in the hand of the test. */
export interface TestControl extends Control {
  readonly port: number
  readonly clock: ManualClock
  readonly log: RecordingLog
  readonly metrics: RecordingMetrics
  call(call: TestCall): Promise<TestAnswer & { readonly json: Json }>
  /** The secret of a new token. */
  makeToken(name: string, role: Role): Promise<string>
}

/** What an answer holds; tests look into it as they like. */
// biome-ignore lint/suspicious/noExplicitAny: a test that reads past the answer fails by itself
export type Json = any

/** A site with a route, a pool and a limit. */
export const SITE = {
  name: 'shop',
  pools: { origin: { peers: [{ address: '127.0.0.1:9' }] } },
  limits: { api: { rate: '10/s' } },
  routes: { cart: { path: '/cart', pool: 'origin' }, all: { path: '/*', pool: 'origin', limits: ['api'] } },
}

/** Starts a control plane; closed when the test ends. @param random give two starts on one folder different chances */
export async function startTestControl(t: Scope, options: Partial<ControlBootstrap> = {}, seed = 1): Promise<TestControl> {
  const read = validate(ControlBootstrapSchema, { listen: '127.0.0.1:0', stateDir: ':memory:', ...options })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const clock = new ManualClock()
  const log = new RecordingLog()
  const metrics = new RecordingMetrics()
  const ports = {
    clock,
    timers: clock,
    random: new SeededRandom(seed),
    log,
    files: systemFiles,
    metrics,
    exposition: () => 'weir_test 1\n',
  }
  const control = await startControl(read.value, ports)
  t.teardown(() => control.close())
  const port = Number(new URL(control.url).port)

  const call: TestControl['call'] = async ({ method = 'GET', path, body, token = control.firstToken, headers = {} }) => {
    const fields: Record<string, string> = { ...headers }
    if (token) fields.authorization ??= `Bearer ${token}`
    if (body !== undefined) fields['content-type'] ??= 'application/json'
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const answer = await request({ port, method, path, headers: fields, ...sent })
    return { ...answer, json: answer.text === '' ? null : parsed(answer.text) }
  }
  const makeToken = async (name: string, role: Role) =>
    (await call({ method: 'POST', path: '/v1/tokens', body: { name, role } })).json.token
  return { ...control, port, clock, log, metrics, call, makeToken }
}

/** Publishes a site on top of what stands. */
export async function publish(control: TestControl, site: object = SITE, query = '') {
  const current = await control.call({ path: '/v1/site' })
  const headers = { 'if-match': String(current.headers.etag) }
  return control.call({ method: 'POST', path: `/v1/publish${query}`, headers, body: { site, note: 'test' } })
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
