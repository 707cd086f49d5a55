import t from 'tap'
import { type Forwarded, forward } from '../../../edge/pipeline/forward.ts'
import { Line } from '../../support/exchange-maker.ts'

const EDGE = '10.0.0.9'
const siteOf = (peersAre: 'origins' | 'edges') => ({
  clients: { trustedEdges: [`${EDGE}/32`] },
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }], peersAre } },
  limits: { each: { rate: '1/h', key: 'address' }, all: { rate: '1000/h', key: 'route' } },
  routes: { all: { pool: 'shop', limits: ['each', 'all'] } },
})
const MISS = { kind: 'miss', key: 'k', flight: null, waited: 'no' } as const
const sentBy = (line: Line) => line.upstream.sent.at(-1)!.fields.get('weir-client')

t.test('an edge behind is told the class of the client and what it paid, an origin nothing', async (t) => {
  const line = new Line(siteOf('edges'))
  await line.ask({ headers: { 'User-Agent': 'Googlebot/2.1' } })
  t.equal(sentBy(line), 'class=crawler, paid=("each" "all")')
  const plain = new Line(siteOf('origins'))
  await plain.ask()
  t.equal(sentBy(plain), undefined)
})

t.test('an edge in front is believed: the class of the client, and that it paid', async (t) => {
  const line = new Line(siteOf('edges'))
  const told = { from: EDGE, headers: { 'X-Forwarded-For': '192.0.2.1', 'Weir-Client': 'class=crawler, paid=("each")' } }
  for (let times = 0; times < 3; times++) t.match(await line.ask(told), { status: 200, logged: { class: 'crawler' } })
  t.equal(sentBy(line), 'class=crawler, paid=("each" "all")', 'and what it said goes on')
})

t.test('anybody else is not', async (t) => {
  const line = new Line(siteOf('edges'))
  const told = { headers: { 'Weir-Client': 'class=crawler, paid=("each")', 'Weir-Purged': '7' } }
  t.match(await line.ask(told), { status: 200, logged: { class: 'person' } })
  t.equal(sentBy(line), 'class=person, paid=("each" "all")')
  t.notOk(line.upstream.sent.at(-1)!.fields.has('weir-purged'))
  t.match(await line.ask(told), { status: 429 })
})

t.test('an answer counts as no newer than the edge that sent it knew', async (t) => {
  const line = new Line(siteOf('edges'))
  for (const told of ['3', '9', 'x', '-1']) {
    const { asked, x } = line.asked()
    line.fence.table.add({ seq: 5, order: { by: 'url', url: 'http://other.example/', mode: 'hard', againAfterMs: 0 } })
    line.upstream.will({ headers: { 'Weir-Purged': told } })
    const { fetched } = (await forward(asked, MISS, x)) as Extract<Forwarded, { kind: 'fetched' }>
    t.equal(fetched.fillSeq, told === '3' ? 3 : 5, told)
    t.notOk(fetched.answer.fields.has('weir-purged'))
  }
})

t.test('an edge in front hears of which purges an answer knows; a client does not', async (t) => {
  const line = new Line(siteOf('origins'))
  const kept = { headers: { 'Cache-Control': 'max-age=60' } }
  const edge = { from: EDGE, headers: { 'Weir-Client': 'class=person, paid=("each" "all")' } }
  const purgedOf = async (asking = edge) => (await line.ask(asking)).fields.get('weir-purged')
  line.upstream.will(kept)
  t.equal(await purgedOf(), undefined, 'none is known here')
  const purge = (seq: number, value: string, mode: 'hard' | 'soft') =>
    line.fence.table.add({ seq, order: { by: 'url', url: value, mode, againAfterMs: 0 } })
  purge(5, 'http://other.example/', 'hard')
  t.equal(await purgedOf(), '5', 'what passed the fence is newer than all that is known')
  purge(6, 'http://shop.example/', 'soft')
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  t.equal(await purgedOf(), '0', 'what a purge reached is not')
  line.upstream.will({ ...kept, body: 'new' })
  t.equal(await purgedOf(), '6')
  t.equal(await purgedOf({ from: '192.0.2.1', headers: { 'Weir-Client': 'class=person' } }), undefined)
})
