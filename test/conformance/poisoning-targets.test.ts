// Poisoning by who and what is asked for: host, path, query and method, each read in one way by the cache and in another by the origin.

import t from 'tap'
import { MARK } from './gullible-origin.ts'
import { type Attack, get, openPoisoningStage, send, textOf, tryAttacks } from './poisoning-stage.ts'

const stage = await openPoisoningStage(t, {
  'tracked.example': { key: { tracking: 'drop' } },
  'listed.example': { key: { query: 'listed', listedQuery: ['q'] } },
  'noquery.example': { key: { query: 'none' } },
  'sorted.example': { key: { queryOrder: 'sorted' } },
})

/** A request for another spelling of the page. */
const spelled = (spelling: (at: string) => string, host = 'shop.example'): Attack => ({
  name: `GET ${spelling('/page/1')} at ${host}`,
  attack: (at) => get(spelling(at), { Host: host }),
  victim: (at) => get(at, { Host: host }),
})
const withBody = (method: string, lines: Readonly<Record<string, string>> = {}): Attack => ({
  name: `${method} with a body ${JSON.stringify(lines)}`,
  attack: (at) => get(at, { ...lines, 'Content-Length': String(MARK.length) }, method) + MARK,
})

t.test('hosts', async (t) => {
  const named = (host: string): Attack => ({ name: `Host: ${host}`, attack: (at) => get(at, { Host: host }) })
  tryAttacks(t, stage, [
    named(`other.example:${MARK}`),
    named(`shop.example:1${MARK}`),
    named(`shop.example/${MARK}`),
    named(`shop.example?${MARK}`),
    named(`${MARK}@shop.example`),
    named(`shop.example, ${MARK}.example`),
    named(`shop.example\t${MARK}`),
    named(`${MARK}.example`),
    {
      name: 'another host of the same edge',
      attack: (at) => get(`${at}?x`, { Host: 'other.example', 'X-Custom': MARK }),
      victim: (at) => get(`${at}?x`),
    },
    {
      name: 'a port of its own',
      page: 'go',
      attack: (at) => get(at, { Host: 'shop.example:6666' }),
      harmed: (answer) => textOf(answer).includes('6666'),
    },
    {
      name: 'capitals and a dot at the end',
      page: 'go',
      attack: (at) => get(at, { Host: 'SHOP.example.' }),
      harmed: (answer) => /SHOP|example\.[/:]/.test(textOf(answer)),
    },
    { name: 'absolute-form that differs', attack: (at) => get(`http://${MARK}.example${at}`, { Host: `${MARK}.example` }) },
    { name: 'absolute-form beside another Host', attack: (at) => get(`http://shop.example${at}`, { Host: `${MARK}.example` }) },
  ])
})

t.test('paths', async (t) => {
  tryAttacks(t, stage, [
    spelled((at) => `/page/${MARK}/..${at.slice(5)}`),
    spelled((at) => `/page/${MARK}/%2e%2e${at.slice(5)}`),
    spelled((at) => `/page/${MARK}/.%2E${at.slice(5)}`),
    spelled((at) => `/page/${MARK}%2f..${at.slice(5)}`),
    spelled((at) => `/page/${MARK}%5c..${at.slice(5)}`),
    spelled((at) => `/page/${MARK}/..%2f${at.slice(6)}`),
    spelled((at) => `/page/${MARK}/..%5c${at.slice(6)}`),
    spelled((at) => `/page/${MARK}\\..${at.slice(5)}`),
    spelled((at) => `/page//${MARK}//../${at.slice(6)}`),
    spelled((at) => `${at};${MARK}`),
    spelled((at) => `${at};jsessionid=${MARK}`),
    spelled((at) => `${at}%3b${MARK}`),
    spelled((at) => `${at}%3f${MARK}`),
    spelled((at) => `${at}%23${MARK}`),
    spelled((at) => `${at}%00${MARK}`),
    spelled((at) => `${at}%0a${MARK}`),
    spelled((at) => `/page/${MARK}/..;${at.slice(5)}`),
    spelled((at) => `/${MARK}/%2e%2e%2f${at.slice(1)}`),
    { ...spelled((at) => at.replace('page', 'PAGE')), harmed: ({ text }) => text.includes('PAGE') },
    { ...spelled((at) => at.replace('page', '%70age')), harmed: ({ text }) => text.includes('%70') },
    { ...spelled((at) => `/${at}`), harmed: ({ text }) => text.includes('//') },
    { ...spelled((at) => `/.${at}`), harmed: ({ text }) => text.includes('/./') },
  ])
})

t.test('queries', async (t) => {
  tryAttacks(t, stage, [
    spelled((at) => `${at}?utm_content=${MARK}`),
    spelled((at) => `${at}?utm_content=${MARK}`, 'tracked.example'),
    spelled((at) => `${at}?utm_content=1;q=${MARK}`, 'tracked.example'),
    spelled((at) => `${at}?%75tm_content=${MARK}`, 'tracked.example'),
    spelled((at) => `${at}?utm_x[]=${MARK}&utm_y=%00${MARK}`, 'tracked.example'),
    spelled((at) => `${at}?utm_a=${MARK}`, 'noquery.example'),
    { ...spelled((at) => `${at}?q=1&q=${MARK}`), victim: (at) => get(`${at}?q=1`) },
    { ...spelled((at) => `${at}?q=1&q=${MARK}`, 'sorted.example'), victim: (at) => get(`${at}?q=1`, { Host: 'sorted.example' }) },
    { ...spelled((at) => `${at}?q=1&utm_x=${MARK}`, 'listed.example'), victim: (at) => get(`${at}?q=1`, { Host: 'listed.example' }) },
    { ...spelled((at) => `${at}?q=1?${MARK}`), victim: (at) => get(`${at}?q=1`) },
    { ...spelled((at) => `${at}?Q=1&utm_x=${MARK}`, 'listed.example'), victim: (at) => get(`${at}?q=1`, { Host: 'listed.example' }) },
  ])
})

t.test('methods and bodies', async (t) => {
  tryAttacks(t, stage, [
    withBody('GET'),
    withBody('GET', { 'Content-Type': 'application/x-www-form-urlencoded' }),
    { name: 'GET with a body in chunks', attack: (at) => `${get(at, { 'Transfer-Encoding': 'chunked' })}4\r\n${MARK}\r\n0\r\n\r\n` },
    withBody('POST'),
    withBody('PUT'),
    ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-Method'].map(
      (name): Attack => ({
        name: `${name}: POST`,
        attack: (at) => get(at, { [name]: 'POST', 'X-Custom': MARK }),
      }),
    ),
    { name: 'HEAD', attack: (at) => get(at, { 'X-Forwarded-Host': MARK }, 'HEAD') },
    { name: 'HEAD with a field of no key', attack: (at) => get(at, { 'X-Custom': MARK }, 'HEAD') },
    { name: 'a range', page: 'strict', attack: (at) => get(at, { Range: `bytes=${MARK}` }) },
    {
      name: 'a part in place of the whole',
      attack: (at) => get(at, { Range: 'bytes=0-3', 'X-Forwarded-Host': MARK }),
    },
  ])
})

t.test('a query that is not told apart is not sent either', async (t) => {
  const target = `/page/quiet-${MARK}`
  await send(stage.edge.port, get(`${target}?q=1&x=2&utm_source=3`, { Host: 'listed.example' }))
  await send(stage.edge.port, get(`${target}?b=1&a=2`, { Host: 'sorted.example' }))
  await send(stage.edge.port, get(`${target}?x=1`, { Host: 'noquery.example' }))
  const targets = stage.origin.requests.map((request) => request.target).filter((asked) => asked.startsWith(target))
  t.same(targets, [`${target}?q=1`, `${target}?a=2&b=1`, target])
})
