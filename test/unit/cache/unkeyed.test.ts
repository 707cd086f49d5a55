import t from 'tap'
import { unkeyedField } from '../../../edge/cache/unkeyed.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeKeyPlan } from './make-entry.ts'

type Mode = 'standard' | 'guard' | 'strip'
const found = (lines: Record<string, string>, headers: Mode, varyNames: readonly string[] = []) =>
  unkeyedField(Fields.of(lines), makeKeyPlan({ unkeyed: { headers, named: ['X-Named'] }, key: { headers: { 'X-Keyed': {} } } }), varyNames)

// What Chrome and Safari send with a navigation behind a balancer.
const BROWSER = {
  ...{
    Host: 'h',
    'User-Agent': 'u',
    Accept: '*/*',
    'Accept-Language': 'de',
    'Accept-Encoding': 'br',
    Referer: 'r',
    Cookie: 'a=1',
    Connection: 'keep-alive',
  },
  ...{
    'Sec-Fetch-Mode': 'navigate',
    'sec-ch-ua': 'x',
    'Upgrade-Insecure-Requests': '1',
    DNT: '1',
    Priority: 'u=0, i',
    'If-None-Match': '"x"',
  },
  ...{ 'X-Forwarded-For': '192.0.2.1', 'X-Amzn-Trace-Id': 'x', traceparent: 'x', 'Cache-Control': 'max-age=0', Range: 'bytes=0-' },
}

t.test('what browsers send is no reason, by any measure', async (t) => {
  for (const mode of ['standard', 'guard', 'strip'] as const) t.equal(found(BROWSER, mode), null, mode)
})

t.test('what asks for a part of a page in its place is, in either case of letters', async (t) => {
  for (const name of [
    'X-Requested-With',
    'hx-request',
    'HX-Target',
    'RSC',
    'Next-Router-State-Tree',
    'X-PJAX',
    'Turbo-Frame',
    'X-Inertia-Version',
  ])
    t.equal(found({ [name]: '1' }, 'standard'), name.toLowerCase())
})

t.test('any other field is a reason only by the measure of guard', async (t) => {
  t.equal(found({ ...BROWSER, 'X-Evil': '1' }, 'standard'), null)
  t.equal(found({ ...BROWSER, 'X-Evil': '1' }, 'guard'), 'x-evil')
  t.equal(found({ 'Content-Type': 'text/html' }, 'guard'), 'content-type')
})

t.test('what is keyed, named, or varied by is none', async (t) => {
  t.equal(found({ 'X-Keyed': '1', 'X-Named': '1' }, 'guard'), null)
  t.equal(found({ 'X-Evil': '1', 'HX-Request': '1' }, 'guard', ['hx-request', 'x-evil']), null)
})

t.test('credentials and conditions pass where nothing else does, so they are the reason there', async (t) => {
  for (const name of ['Authorization', 'If-Match', 'If-Unmodified-Since']) t.equal(found({ [name]: 'x' }, 'strip'), name.toLowerCase())
})

t.test('a field that Connection takes away is a reason always', async (t) => {
  for (const mode of ['standard', 'guard', 'strip'] as const) t.equal(found({ Connection: 'close, X-Country' }, mode), 'connection')
})
