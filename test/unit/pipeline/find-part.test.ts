import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import { partsKey } from '../../../edge/cache/parts.ts'
import { requestDirectives } from '../../../edge/cache/request-directives.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { keyOfTarget } from '../../../edge/pipeline/cache-target.ts'
import { findPart } from '../../../edge/pipeline/find-part.ts'
import { Line, TWO_PEERS } from '../../support/exchange-maker.ts'
import { makeEntry } from '../cache/make-entry.ts'

/** What is found for a request where bytes 2 to 4 of 10 are kept. */
function find(headers: Record<string, string>, changes: Partial<Entry> = {}, cache: object = {}) {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache } } })
  const { asked, x } = line.asked({ headers })
  const nowMs = line.clock.wallMs()
  const fields = Fields.of({ ETag: '"v1"', 'Content-Range': 'bytes 2-4/10', Range: 'bytes=2-4' })
  const entry = makeEntry({ status: 206, fields, body: Buffer.from('234'), receivedAtMs: nowMs, keepUntilMs: nowMs + 60_000, ...changes })
  const key = keyOfTarget(asked)
  line.memory.put(partsKey(key), entry, 8, nowMs)
  return findPart({ asked, mode: 'normal', key, directives: requestDirectives(asked.request.fields, asked.route.config.cache), nowMs }, x)
}

t.test('a part is found for who wants no more than it', async (t) => {
  t.match(find({ Range: 'bytes=3-4' }), { level: 'L1', entry: { status: 206 } })
  t.match(find({ Range: 'bytes=99-' }), { level: 'L1' }, 'how long it is it says too')
  t.match(find({ Range: 'bytes=0-9', 'If-None-Match': '"v1"' }), { level: 'L1' })
})

t.test('none is found for who wants more, something newer, or another version', async (t) => {
  for (const headers of [
    {},
    { Range: 'bytes=1-4' },
    { Range: 'bytes=3-4', 'Cache-Control': 'no-cache' },
    { Range: 'bytes=3-4', 'If-Range': '"v2"' },
  ])
    t.equal(find(headers as Record<string, string>), null, JSON.stringify(headers))
  t.equal(find({ Range: 'bytes=3-4' }, { lifetimeMs: 0 }), null)
  t.match(find({ Range: 'bytes=3-4', 'Cache-Control': 'max-stale' }, { lifetimeMs: 0 }), { level: 'L1' })
  t.equal(find({ Range: 'bytes=3-4' }, { noCache: true }), null)
})

t.test('where ranges are fetched whole, no parts are looked for', async (t) => {
  t.equal(find({ Range: 'bytes=3-4' }, {}, { rangeMiss: 'whole' }), null)
})
