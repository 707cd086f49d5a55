import t from 'tap'
import { copyAnswer, forgetCopy, keepCopy } from '../../../edge/pipeline/static-copy.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { MemoryBlobs } from '../../support/memory-blobs.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { makeEntry } from '../cache/make-entry.ts'

const POOLS = { shop: { peers: [{ address: '127.0.0.1:1' }] } }

/** A line that has a copy of `/`. */
async function holding(degrade: object = { staticEveryMs: 1_000 }) {
  const blobs = new MemoryBlobs()
  const line = new Line({ pools: POOLS, routes: { all: { pool: 'shop', degrade } } }, { blobs })
  const { asked, x } = line.asked()
  keepCopy('http://shop.example/', makeEntry({ receivedAtMs: line.clock.wallMs() }), asked, x)
  await new Promise((resolve) => setImmediate(resolve))
  const answer = async (asking: Asking = {}) => {
    const made = line.asked(asking)
    return copyAnswer(made.asked, made.x)
  }
  return { blobs, line, asked, x, answer }
}

t.test('a copy answers GET and HEAD, says that it is one, and how old', async (t) => {
  const { line, answer } = await holding()
  line.clock.advance(25_000)
  const got = await answer()
  t.match(got, { status: 200, servedBy: 'static' })
  t.equal(got!.fields.get('cache-status'), 'edge-1;hit;ttl=-15;detail=static')
  t.equal(got!.fields.get('age'), '25')
  t.match(await answer({ method: 'HEAD' }), { status: 200 })
})

t.test('nothing else has a copy: another page, another method, a GET with a body', async (t) => {
  const { answer } = await holding()
  t.equal(await answer({ target: '/other' }), null)
  t.equal(await answer({ method: 'POST' }), null)
  t.equal(await answer({ body: new ScriptedBody() }), null)
})

t.test('a route that wants none has none, and errors are not copied', async (t) => {
  const none = await holding({})
  t.equal(none.blobs.files.size, 0)
  const { blobs, asked, x } = await holding()
  keepCopy('other', makeEntry({ status: 404 }), asked, x)
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(blobs.files.size, 1)
})

t.test('a page that has changed loses its copy', async (t) => {
  const { asked, x, answer } = await holding()
  forgetCopy('http://shop.example/', asked.route, x)
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(await answer(), null)
})
