import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { entryBytes, exactBytes, owned, textBytes } from '../../../edge/cache/entry.ts'
import { textBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry } from './make-entry.ts'

t.test('an entry costs its body, byte for byte, and something beside it', async (t) => {
  const empty = entryBytes(makeEntry({ body: new Uint8Array(0) }))
  t.ok(empty > 500, 'the objects around an empty body are counted')
  t.equal(entryBytes(makeEntry({ body: new Uint8Array(100_000) })) - empty, 100_000 - textBytes(''))
})

t.test('a short body is counted twice, since it is kept as text too', async (t) => {
  const empty = entryBytes(makeEntry({ body: new Uint8Array(0) }))
  t.equal(entryBytes(makeEntry({ body: new Uint8Array(1_000) })) - empty, 2_000)
})

t.test('every text of an entry is counted with what a string costs', async (t) => {
  const bare = entryBytes(makeEntry({ fields: Fields.of() }))
  t.equal(entryBytes(makeEntry({ fields: Fields.of({ ab: 'cde' }) })) - bare, textBytes('ab') + textBytes('cde'))
  t.equal(entryBytes(makeEntry({ fields: Fields.of(), tags: ['shop', 'p1'] })) - bare, textBytes('shop') + textBytes('p1'))
  t.equal(entryBytes(makeEntry({ fields: Fields.of(), varyNames: ['accept'] })) - bare, textBytes('accept'))
  t.equal(entryBytes(makeEntry({ fields: Fields.of(), variant: 'accept:x' })) - bare, 'accept:x'.length)
})

const MEMORY_USE = join(import.meta.dirname, '../../support/memory-use.ts')

for (const bodyBytes of [0, 1_000, 50_000]) {
  t.test(`what entries with bodies of ${bodyBytes} bytes are said to take is what they take, right to a tenth`, async (t) => {
    const args = ['--expose-gc', MEMORY_USE, 'cost', `${bodyBytes}`]
    const { entries, counted, taken } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 }))
    t.ok(entries > 500)
    t.ok(taken > counted * 0.9 && taken < counted * 1.1, `${taken} taken, ${counted} counted`)
  })
}

t.test('bytes are copied into a buffer of their size only where they lie in another one', async (t) => {
  const exact = new Uint8Array([1, 2])
  t.equal(exactBytes(exact), exact)
  const pool = new Uint8Array(64)
  pool.set([5, 6, 7], 10)
  const copy = exactBytes(pool.subarray(10, 13))
  t.same([...copy], [5, 6, 7])
  t.equal(copy.buffer.byteLength, 3)
})

t.test('an entry whose body was lent is owned with a copy of it, and sends that', async (t) => {
  const own = makeEntry()
  t.equal(owned(own), own)
  const pool = Buffer.alloc(64, 'a')
  const lent = { ...makeEntry({ body: pool.subarray(10, 13) }), sendable: textBody('aaa') }
  const { body, sendable, ...rest } = owned(lent)
  t.same([body.buffer.byteLength, Buffer.from(body).toString(), sendable], [3, 'aaa', undefined])
  pool.fill('b')
  t.equal(Buffer.from(body).toString(), 'aaa')
  const { body: _body, sendable: _sendable, ...same } = lent
  t.same(rest, same)
})
