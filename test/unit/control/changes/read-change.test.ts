import t from 'tap'
import { readChange, readChanges } from '../../../../control/changes/read-change.ts'

const CANAL = {
  data: [{ id: '7', name: 'x', updated_at: '2026-01-09 08:05:00' }],
  database: 'shop',
  es: 1_767_945_900_000,
  id: 42,
  isDdl: false,
  mysqlType: { id: 'int(11)' },
  old: [{ name: 'w' }],
  pkNames: ['id'],
  sql: '',
  sqlType: { id: 4 },
  table: 'item',
  ts: 1_767_945_900_431,
  type: 'UPDATE',
}

t.test('the flat JSON of Canal is read as it comes', (t) => {
  t.match(readChange(CANAL), { kind: 'change', change: { database: 'shop', table: 'item', old: [{ name: 'w' }], pkNames: ['id'], id: 42 } })
  const insert = readChange({ ...CANAL, type: 'INSERT', old: null, pkNames: null, es: null })
  t.match(insert, { kind: 'change', change: { old: [], pkNames: [] } })
  t.end()
})

t.test('messages of the same source that change no rows are no faults', (t) => {
  t.same(readChange({ ...CANAL, type: 'ALTER', isDdl: true, data: null, sql: 'ALTER TABLE item …' }), { kind: 'other' })
  t.same(readChange({ ...CANAL, type: 'QUERY', data: null, database: '' }), { kind: 'other' })
  t.end()
})

t.test('nonsense is refused with its place', (t) => {
  const placesOf = (value: unknown) => {
    const read = readChange(value)
    return read.kind === 'invalid' ? read.problems.map(({ pointer }) => pointer) : read.kind
  }
  for (const value of [null, 7, 'x', [], true]) t.same(placesOf(value), [''])
  t.same(placesOf({}), ['/database', '/table', '/type', '/data'])
  t.same(placesOf({ ...CANAL, type: 'update' }), ['/type'])
  t.same(placesOf({ ...CANAL, type: '__proto__' }), ['/type'])
  t.same(placesOf({ ...CANAL, data: {} }), ['/data'])
  t.same(placesOf({ ...CANAL, data: [7] }), ['/data/0'])
  t.same(placesOf({ ...CANAL, data: Array(1_001).fill({}) }), ['/data'])
  t.same(placesOf({ ...CANAL, old: [{}, {}] }), ['/old'])
  t.same(placesOf({ ...CANAL, es: 'yesterday' }), ['/es'])
  t.same(placesOf(JSON.parse('{"__proto__":{"database":"shop","table":"item","type":"INSERT","data":[{}]}}')), [
    '/database',
    '/table',
    '/type',
    '/data',
  ])
  t.end()
})

t.test('a text holds one change or a bounded list of them', (t) => {
  t.match(readChanges('{"a":1}'), { ok: true, items: [{ a: 1 }] })
  t.match(readChanges('[1,2]'), { ok: true, items: [1, 2] })
  t.match(readChanges('[]'), { ok: true, items: [] })
  for (const text of ['', 'x', '{"a":', '\ufeff{}']) t.match(readChanges(text), { ok: false, message: 'is not JSON' }, text)
  for (const text of ['7', 'null', '"x"']) t.match(readChanges(text), { ok: false, message: /must be a change/ })
  t.match(readChanges(JSON.stringify(Array(1_001).fill(0))), { ok: false, message: /at most 1000 changes; it is 1001/ })
  t.match(readChanges('['.repeat(100_000)), { ok: false })
  t.end()
})
