import t from 'tap'
import { type Entry, NEVER_JUDGED } from '../../../edge/cache/entry.ts'
import { entryOf, inSharedMemory, keptCopy } from '../../../edge/cache/kept-copy.ts'
import { Fields } from '../../../edge/http/fields.ts'

function entry(body: string): Entry {
  return {
    ready: null,
    judged: NEVER_JUDGED,
    variant: 'accept-encoding:gzip\0',
    status: 200,
    fields: Fields.of({ ETag: '"a"', Vary: 'accept-encoding' }),
    body: new TextEncoder().encode(body),
    requestedAtMs: 1,
    receivedAtMs: 2,
    ageOnReceiptMs: 3,
    lifetimeMs: 4,
    staleIfErrorMs: null,
    keepUntilMs: 5,
    mustRevalidate: false,
    noCache: false,
    varyNames: ['accept-encoding'],
    tags: ['t'],
    fillSeq: 6,
  }
}

t.test('a copy that crossed a thread boundary is the same entry', async (t) => {
  const before = inSharedMemory(entry('hello'))
  const after = entryOf(structuredClone(keptCopy(before)))
  t.same(after.fields.toRaw(), before.fields.toRaw())
  t.equal(Buffer.from(after.body).toString(), 'hello')
  t.same({ ...after, fields: null, body: null }, { ...before, fields: null, body: null })
})

t.test('the body is shared, not copied, once it is in shared memory', async (t) => {
  const before = inSharedMemory(entry('hello'))
  const after = entryOf(structuredClone(keptCopy(before)))
  before.body[0] = 'j'.charCodeAt(0)
  t.equal(Buffer.from(after.body).toString(), 'jello')
  t.equal(inSharedMemory(before), before, 'and is not moved twice')
})

t.test('an empty body needs no shared memory', async (t) => {
  const before = entry('')
  t.equal(inSharedMemory(before), before)
})
