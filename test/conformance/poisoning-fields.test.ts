// Poisoning by what stands in no key: fields that frameworks believe, cookies, negotiation, sizes.

import t from 'tap'
import { MARK } from './gullible-origin.ts'
import { type Attack, get, openPoisoningStage, send, textOf, tryAttacks } from './poisoning-stage.ts'

const stage = await openPoisoningStage(t, {
  'guard.example': { unkeyed: { headers: 'guard' } },
  'strip.example': { unkeyed: { headers: 'strip', cookies: 'strip' } },
  'nocookies.example': { unkeyed: { cookies: 'strip' } },
  'keyed.example': {
    key: { headers: { 'X-Country': { case: 'lower', oneOf: ['de', 'fr'] } }, cookies: { lang: { oneOf: ['de', 'en'] } } },
    unkeyed: { cookies: 'strip' },
  },
  'api.example': { key: { identity: 'header:authorization' } },
  'session.example': { key: { identity: 'cookie:sid' } },
  'device.example': { key: { device: 'yes', client: 'yes' } },
  'talks.example': { vary: { codings: ['gzip'], languages: ['en', 'de'] } },
})

const withField = (name: string, value = `${MARK}.example`, page = 'page'): Attack => ({
  name: `${name}: ${value.length > 40 ? `${value.length} bytes` : value} on /${page}`,
  page,
  attack: (at) => get(at, { [name]: value }),
})
const at = (host: string, attack: Attack): Attack => ({
  ...attack,
  name: `${attack.name}, at ${host}`,
  attack: (path) => [attack.attack(path)].flat().map((text) => text.replace('Host: shop.example', `Host: ${host}`)),
  victim: (path) => (attack.victim ?? ((page: string) => get(page)))(path).replace('Host: shop.example', `Host: ${host}`),
})

const BELIEVED = [
  ...['X-Forwarded-Host', 'X-Forwarded-Server', 'X-Forwarded-Prefix', 'X-Forwarded-Path', 'X-Forwarded-By', 'X-Forwarded', 'Forwarded'],
  ...['X-Host', 'X-Original-Host', 'X-HTTP-Host-Override', 'X-Backend-Host', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-For'],
  ...['X-Real-IP', 'True-Client-IP', 'X-Client-IP', 'X-Originating-IP', 'X-Remote-Addr', 'X_Forwarded_Host', 'x_original_url', 'X-Scheme'],
]

t.test('fields that origins take for the word of a proxy', async (t) => {
  tryAttacks(t, stage, [
    ...BELIEVED.map((name) => withField(name)),
    withField('X-Forwarded-Host', `${MARK}.example`, 'go'),
    withField('X-Forwarded-Port', `1${MARK}`, 'go'),
    withField('X-Forwarded-Scheme', MARK, 'go'),
    withField('X-Forwarded-Proto', MARK, 'go'),
    { name: 'X-Forwarded-Host, twice', attack: (path) => get(path, { 'X-Forwarded-Host': ['shop.example', `${MARK}.example`] }) },
  ])
})

t.test('fields by which a part is asked for in place of the page', async (t) => {
  tryAttacks(
    t,
    stage,
    ['HX-Request', 'X-Requested-With', 'RSC', 'X-PJAX', 'Turbo-Frame'].map((name) => withField(name, '1', 'parts')),
  )
})

t.test('what is read from the request and said in Vary, or should be', async (t) => {
  const coding = (value: string): Attack => withField('Accept-Encoding', value, 'talks')
  tryAttacks(t, stage, [
    coding(`gzip, ${MARK}`),
    coding(`gzip;${MARK}=1`),
    withField('Accept-Language', `de;${MARK}`, 'talks'),
    {
      name: 'a field that Connection takes away',
      page: 'country',
      attack: (path) => get(path, { 'X-Country': 'de', Connection: 'X-Country' }),
      victim: (path) => get(path, { 'X-Country': 'de' }),
      harmed: ({ text }) => text !== 'welcome from de',
    },
    {
      name: 'the address of who came before',
      page: 'address',
      attack: (path) => get(path, { 'X-Forwarded-For': MARK }),
    },
    withField('Accept-Encoding', 'gzip', 'coded'),
    withField('Origin', `https://${MARK}.example`, 'cors'),
    at('talks.example', withField('Accept-Language', `de-${MARK}`, 'talks')),
  ])
})

t.test('cookies', async (t) => {
  const cookie = (value: string, page: string): Attack => withField('Cookie', value, page)
  tryAttacks(t, stage, [
    cookie(`lang=${MARK}`, 'quiet'),
    at('nocookies.example', cookie(`lang=${MARK}`, 'page')),
    at('keyed.example', cookie(`lang=${MARK}`, 'page')),
    at('keyed.example', {
      ...cookie(`lang=de; lang=${MARK}`, 'page'),
      name: 'a keyed cookie, twice',
      victim: (path) => get(path, { Cookie: 'lang=de' }),
    }),
    withField('Authorization', `Bearer ${MARK}`, 'quiet'),
  ])
})

t.test('requests that make an origin fail', async (t) => {
  const large = 'x'.repeat(7_000)
  tryAttacks(t, stage, [
    withField('X-Large', large, 'strict'),
    withField('Referer', large, 'strict'),
    withField('Cookie', `a=${large}`, 'strict'),
    {
      name: 'many fields',
      page: 'strict',
      attack: (path) => get(path, Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`X-${i}`, 'x'.repeat(90)]))),
    },
    at('guard.example', withField('X-Odd', '\xff\xfe', 'strict')),
    at('strip.example', withField('X-Odd', '\xff\xfe', 'strict')),
    at('strip.example', withField('Range', `bytes=${MARK}`, 'strict')),
  ])
})

t.test('any field, where the rule keeps no answers to unusual ones', async (t) => {
  tryAttacks(t, stage, [
    ...['X-Custom', 'X-Theme', 'Content-Type', 'X-Api-Version', 'Base-Url', 'X-Http-Method'].map((name) =>
      at('guard.example', withField(name)),
    ),
  ])
})

t.test('any field at all, where the rule sends none to the origin', async (t) => {
  const names = [
    'X-Custom',
    'User-Agent',
    'Referer',
    'Accept',
    'Accept-Language',
    'Origin',
    'Cookie',
    'Via',
    'Sec-CH-UA',
    'If-None-Match',
    'Range',
  ]
  tryAttacks(t, stage, [
    ...names.map((name) => at('strip.example', withField(name))),
    at('strip.example', withField('tracestate', `${MARK}=1`)),
    at('strip.example', withField('Cache-Control', `max-age=${MARK}`)),
    at('strip.example', withField('Authorization', `Basic ${MARK}`)),
  ])
})

t.test('what is keyed is sent as it is keyed', async (t) => {
  tryAttacks(t, stage, [
    at('keyed.example', withField('X-Country', MARK)),
    at('keyed.example', {
      ...withField('X-Country', 'DE'),
      name: 'the spelling of a keyed field',
      victim: (path) => get(path, { 'X-Country': 'de' }),
      harmed: ({ text }) => text.includes('DE'),
    }),
    at('keyed.example', {
      name: 'a keyed field that Connection takes away',
      attack: (path) => get(path, { 'X-Country': 'de', Connection: 'X-Country', 'X-Forwarded-Host': MARK }),
      victim: (path) => get(path, { 'X-Country': 'fr' }),
    }),
    at('device.example', withField('User-Agent', `Mozilla/5.0 (X11; Linux x86_64) ${MARK}`)),
    at('device.example', withField('Sec-CH-UA-Model', MARK)),
    at('device.example', withField('X-UA-Device', MARK)),
    at('device.example', withField('X-Client-Class', MARK)),
  ])
})

t.test('answers kept by who asks are nobody else’s', async (t) => {
  const shown = {
    'api.example': (who: string) => ({ Authorization: `Bearer ${who}` }),
    'session.example': (who: string) => ({ Cookie: `sid=${who}` }),
  }
  for (const [host, lines] of Object.entries(shown)) {
    const ask = async (fields: Readonly<Record<string, string>>) =>
      textOf((await send(stage.edge.port, get('/quiet/own', { Host: host, ...fields })))!)
    t.match(await ask(lines('ada')), /ada/)
    t.notMatch(await ask(lines('bob')), /ada/)
    t.notMatch(await ask({}), /ada|bob/)
    for (const who of ['ada', 'bob'])
      t.match(await ask(lines(who)), new RegExp(`;hit[^]*${who}`), `${who} is answered from what is kept for ${who}`)
  }
})

t.test('what is clean is kept all the same', async (t) => {
  for (const host of [
    'shop.example',
    'guard.example',
    'strip.example',
    'nocookies.example',
    'keyed.example',
    'device.example',
    'talks.example',
  ]) {
    const asking = get('/page/kept', { Host: host, Accept: '*/*', 'Accept-Encoding': 'gzip, br', 'Accept-Language': 'de', Cookie: 'a=1' })
    await send(stage.edge.port, asking)
    const again = await send(stage.edge.port, asking)
    t.match(textOf(again!), /cache-status: .*;hit/, host)
  }
})
