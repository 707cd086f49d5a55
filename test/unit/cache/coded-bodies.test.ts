import { brotliDecompressSync } from 'node:zlib'
import t from 'tap'
import { CodedBodies } from '../../../edge/cache/coded-bodies.ts'
import type { Entry } from '../../../edge/cache/entry.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const TEXT = Buffer.from('all work and no play '.repeat(500))
const page = (changes: Partial<Entry> = {}) => makeEntry({ body: new Uint8Array(TEXT), ...changes })

function making(maxBytes = 1_000_000) {
  const metrics = new RecordingMetrics()
  const bodies = new CodedBodies(maxBytes, metrics)
  const made = () => metrics.value('weir_compressed_total', [])
  const br = (entry: Entry, key = 'page') => bodies.coded(key, entry, 'br', RECEIVED_AT_MS)
  return { bodies, made, br }
}

t.test('an entry is compressed once, for all who come meanwhile, and at hand afterwards', async (t) => {
  const { br, made } = making()
  const entry = page()
  const first = br(entry)
  t.ok(first instanceof Promise)
  const [one, two] = await Promise.all([first, br(entry)])
  t.equal(one, two)
  t.ok(brotliDecompressSync(one!.body).equals(TEXT))
  t.equal(one!.fields.get('content-encoding'), 'br')
  t.equal(br(entry), one)
  t.equal(made(), 1)
})

t.test('one that was renewed keeps its compressed body and has the new times', async (t) => {
  const { br, made } = making()
  const entry = page()
  const old = await br(entry)
  const renewed = { ...entry, receivedAtMs: RECEIVED_AT_MS + 5_000, lifetimeMs: 99_000 }
  const now = br(renewed) as Entry
  t.equal(now.receivedAtMs, RECEIVED_AT_MS + 5_000)
  t.equal(now.lifetimeMs, 99_000)
  t.equal(now.body, old!.body)
  t.equal(made(), 1)
})

t.test('of a body that was replaced nothing is used, not even what is just being made', async (t) => {
  const { br, made } = making()
  const old = br(page())
  const next = page({ body: new Uint8Array(Buffer.from('something new '.repeat(500))) })
  t.equal(await br(next), null, 'who waits for the old one gets the plain new one')
  await old
  t.match(brotliDecompressSync((await br(next))!.body).toString(), /^something new/)
  t.equal(made(), 2)
})

t.test('what does not get smaller is found out once', async (t) => {
  const { br, made } = making()
  const random = new SeededRandom()
  const noise = page({ body: Uint8Array.from({ length: 5_000 }, () => Math.floor(random.next() * 256)) })
  t.equal(await br(noise), null)
  t.equal(br(noise), null)
  t.equal(made(), 1)
})

t.test('a few at once are compressed; who comes meanwhile with more gets them plain', async (t) => {
  const { br } = making()
  const making4 = Array.from({ length: 4 }, (_, at) => br(page(), `page ${at}`))
  t.equal(br(page(), 'page 5'), null)
  await Promise.all(making4)
  t.ok(await br(page(), 'page 5'))
})

t.test('without room each is made anew, and still right', async (t) => {
  const { br, made } = making(0)
  const entry = page()
  t.ok(await br(entry))
  t.ok(await br(entry))
  t.equal(made(), 2)
})

t.test('the first coding of ours that the client takes is chosen, however it is spelled', (t) => {
  const { bodies } = making()
  const choice = (...lines: string[]) =>
    bodies.codingFor(Fields.fromRaw(lines.flatMap((line) => ['Accept-Encoding', line])), ['br', 'gzip'])
  t.equal(choice('gzip, deflate, br'), 'br')
  t.equal(choice('GZIP;q=0.1'), 'gzip')
  t.equal(choice('br;q=0', 'gzip'), 'gzip')
  for (const lines of [[], ['identity'], ['deflate'], ['*'], ['br;q=0, gzip;q=0'], ['']]) t.equal(choice(...lines), null, lines.join())
  t.end()
})

t.test('the plain one of a page that others get compressed says so, and is one object for all', (t) => {
  const { bodies } = making()
  const entry = page()
  t.equal(bodies.plain(entry)!.fields.get('vary'), 'Accept-Encoding')
  t.equal(bodies.plain(entry), bodies.plain(entry))
  t.equal(bodies.plain(makeEntry({ fields: Fields.of({ 'Content-Type': 'image/png' }) })), null)
  t.end()
})
