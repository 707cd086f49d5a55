import t from 'tap'
import { ConnectionMemory } from '../../../edge/pipeline/connection-memory.ts'
import { forwardFields } from '../../../edge/pipeline/forward-fields.ts'
import { identify } from '../../../edge/pipeline/identify.ts'
import { normalise } from '../../../edge/pipeline/normalise.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'

const memory = new ConnectionMemory()

/** What a request on the one connection is taken for. */
function read(line: Line, headers: Asking['headers']): [authority: string, clientClass: string] {
  const made = line.exchange({ headers: headers! })
  const x = { ...made, incoming: { ...made.incoming, memory } }
  const request = normalise(x)
  return [request.authority, identify(request, x).class]
}

t.test('requests of one connection are each taken for what they say', async (t) => {
  const line = new Line()
  const browser = 'Mozilla/5.0 Firefox/140.0'
  t.same(read(line, { Host: 'a.example', 'User-Agent': browser }), ['a.example', 'person'])
  t.same(read(line, { Host: 'a.example', 'User-Agent': browser }), ['a.example', 'person'])
  t.equal(memory.agent?.text, browser)
  t.equal(memory.authority?.text, 'a.example')
  t.same(read(line, { Host: 'b.example', 'User-Agent': 'Googlebot/2.1' }), ['b.example', 'crawler'])
  t.same(read(line, { Host: 'b.example', 'User-Agent': null }), ['b.example', 'crawler'])
  t.same(read(line, { Host: 'A.example:80', 'User-Agent': browser }), ['a.example', 'person'])
  t.throws(() => read(line, { Host: 'a b' }), { code: 'BAD_HOST' })
  t.throws(() => read(line, { Host: 'a b' }), { code: 'BAD_HOST' }, 'also the second time')
})

t.test('what an agent is may change with the site', async (t) => {
  const agent = 'Mozilla/5.0 OurThing/1.0'
  const before = new Line()
  t.same(read(before, { 'User-Agent': agent })[1], 'person')
  const site = { pools: { p: { peers: [{ address: '127.0.0.1:1' }] } }, routes: { r: { path: '/*', pool: 'p' } } }
  const after = new Line({ ...site, clients: { crawlers: { agents: ['ourthing'] } } })
  t.same(read(after, { 'User-Agent': agent })[1], 'crawler')
})

t.test('origins are told of each request what it says', async (t) => {
  const line = new Line()
  const shared = new ConnectionMemory()
  const told = (headers: Asking['headers']) => {
    const { asked, x } = line.asked({ headers: headers! })
    const fields = forwardFields(asked, asked.request.fields, { ...x, incoming: { ...x.incoming, memory: shared } })
    return [fields.get('x-forwarded-for'), fields.get('x-forwarded-host'), fields.get('forwarded')]
  }
  const a = ['198.51.100.7', 'a.example', 'for=198.51.100.7;host=a.example;proto=http']
  const b = ['198.51.100.7', 'b.example', 'for=198.51.100.7;host=b.example;proto=http']
  for (const [host, expected] of [
    ['a.example', a],
    ['a.example', a],
    ['b.example', b],
    ['a.example', a],
  ] as const) {
    t.same(told({ Host: host, 'X-Forwarded-For': '192.0.2.1' }), expected)
  }
})
