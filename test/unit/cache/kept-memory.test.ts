import t from 'tap'
import { type KeptEntry, readMemory, writeMemory } from '../../../edge/cache/kept-memory.ts'
import { makeEntry } from './make-entry.ts'

const PAGES: readonly KeptEntry[] = ['a', 'ü', 'a\0hx\0' + '1:y'].map((key, at) => ({
  key,
  entry: makeEntry({ body: new TextEncoder().encode(`page ${at}`), tags: ['one', 'two'], fillSeq: 7, variant: at === 1 ? 'x:y\0' : '' }),
}))

t.test('entries come back as they were, in their order', (t) => {
  const read = [...readMemory(writeMemory(PAGES, 1_000_000))]
  t.same(
    read.map(({ key }) => key),
    PAGES.map(({ key }) => key),
  )
  for (const [at, { entry }] of read.entries()) {
    const { fields, ...rest } = entry
    const { fields: before, ...expected } = PAGES[at]!.entry
    t.match(rest, expected)
    t.same(fields.toRaw(), before.toRaw())
  }
  t.end()
})

t.test('they come from shared memory too, and none of them keeps it alive', (t) => {
  const bytes = writeMemory(PAGES, 1_000_000)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  const read = [...readMemory(shared)]
  t.equal(read.length, PAGES.length)
  for (const { entry } of read) t.not(entry.body.buffer, shared.buffer)
  t.end()
})

t.test('as many are written as fit, the first ones first', (t) => {
  const whole = writeMemory(PAGES, 1_000_000)
  const two = writeMemory(PAGES, whole.length - 1)
  t.equal([...readMemory(two)].length, 2)
  t.equal([...readMemory(writeMemory(PAGES, 0))].length, 0)
  t.end()
})

t.test('whatever was cut, altered or written by somebody else gives what is sound before it, and never throws', (t) => {
  const whole = writeMemory(PAGES, 1_000_000)
  for (let length = 0; length < whole.length; length += 1) {
    const read = [...readMemory(whole.subarray(0, length))]
    t.ok(read.length < PAGES.length, `cut at ${length}`)
  }
  for (let at = 0; at < whole.length; at += 7) {
    const altered = Buffer.from(whole)
    altered[at]! ^= 0xff
    for (const { key } of readMemory(altered))
      t.ok(
        PAGES.some((page) => page.key === key),
        `altered at ${at}`,
      )
  }
  t.end()
})
