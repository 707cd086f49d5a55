import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { codedAnswer, codedEntry } from '../../../edge/pipeline/compress.ts'
import { type Asking, Line, TWO_PEERS } from '../../support/exchange-maker.ts'
import { makeEntry } from '../cache/make-entry.ts'

const TEXT = new Uint8Array(Buffer.from('all work and no play '.repeat(500)))
const BR = { 'Accept-Encoding': 'gzip, br' }

function line(compress: object = { codings: ['br', 'gzip'] }) {
  return new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', compress } } })
}

async function entryFor(asking: Asking, compress?: object, entry = makeEntry({ body: TEXT })) {
  const made = line(compress)
  const { asked, x } = made.asked(asking)
  return codedEntry(entry, 'key', asked, x)
}

t.test('a kept page is compressed for who takes it so', async (t) => {
  t.equal((await entryFor({ headers: BR })).fields.get('content-encoding'), 'br')
  t.equal((await entryFor({ headers: { 'Accept-Encoding': 'gzip' } })).fields.get('content-encoding'), 'gzip')
  const plain = await entryFor({})
  t.equal(plain.fields.get('content-encoding'), undefined)
  t.equal(plain.fields.get('vary'), 'Accept-Encoding')
})

t.test('nothing is touched where the route says nothing, the body is short, a part is asked for, or it is no page', async (t) => {
  const entry = makeEntry({ body: TEXT })
  t.equal(await entryFor({ headers: BR }, {}, entry), entry)
  t.equal(await entryFor({ headers: BR }, { codings: ['br'], minBytes: 100_000 }, entry), entry)
  t.equal((await entryFor({ headers: { ...BR, Range: 'bytes=0-9' } }, undefined, entry)).body, TEXT)
  const gone = makeEntry({ body: TEXT, status: 404 })
  t.equal(await entryFor({ headers: BR }, undefined, gone), gone)
})

t.test('a worker that is overloaded compresses nothing', async (t) => {
  const made = line()
  made.pressure.level = 1
  const { asked, x } = made.asked({ headers: BR })
  t.equal((await codedEntry(makeEntry({ body: TEXT }), 'key', asked, x)).body, TEXT)
})

const page = () => ({ status: 200, fields: Fields.of({ 'Content-Type': 'text/html' }), body: bytesBody(TEXT), servedBy: 'origin' }) as const

function answerFor(asking: Asking, compress?: object, kept: 'stored' | 'not-stored' = 'stored') {
  const { asked, x } = line(compress).asked(asking)
  return codedAnswer(page(), kept, asked, x)
}

t.test('an answer that is being kept is compressed on its way', (t) => {
  const answer = answerFor({ headers: BR })
  t.equal(answer.fields.get('content-encoding'), 'br')
  t.equal(answer.body!.lengthBytes, null)
  t.equal(answerFor({}).fields.get('vary'), 'Accept-Encoding')
  t.equal(answerFor({ method: 'HEAD', headers: BR }).fields.get('content-encoding'), undefined)
  t.end()
})

t.test('what is for one client alone is left as it is, unless the route says that it holds no secret', (t) => {
  t.equal(answerFor({ headers: BR }, undefined, 'not-stored').fields.get('content-encoding'), undefined)
  t.equal(answerFor({ headers: BR }, { codings: ['br'], answers: 'all' }, 'not-stored').fields.get('content-encoding'), 'br')
  t.end()
})
