import t from 'tap'
import { routeTag } from '../../../edge/cache/tags.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { labelled } from '../../../edge/pipeline/labelled.ts'
import type { Fetched } from '../../../edge/pipeline/send-to-pool.ts'
import { Line } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

function read(headers: Record<string, string>, cache: object = {}) {
  const line = new Line({ pools: { a: {} }, routes: { all: { pool: 'a', cache } } })
  const { asked } = line.asked({})
  const answer = { status: 200, fields: Fields.of(headers), body: new ScriptedBody() }
  const fetched: Fetched = { answer, requestedAtMs: 0, receivedAtMs: 0, fillSeq: 3, tags: null, outliveClient: () => {} }
  return labelled(fetched, asked)
}

t.test('labels are read beside the route, and Surrogate-Key is not for clients', async (t) => {
  const { tags, answer, fillSeq } = read({ 'Surrogate-Key': 'p7', 'Cache-Tag': 'c' })
  t.same(tags, [routeTag('all'), 'p7', 'c'])
  t.equal(fillSeq, 3)
  t.same([answer.fields.get('surrogate-key'), answer.fields.get('cache-tag')], [undefined, 'c'])
})

t.test('a rule says which fields with labels clients see', async (t) => {
  const { answer } = read({ 'Surrogate-Key': 'p7', 'Cache-Tag': 'c' }, { stripTagFields: ['cache-tag'] })
  t.same([answer.fields.get('surrogate-key'), answer.fields.get('cache-tag')], ['p7', undefined])
})

t.test('an answer without labels is left as it is', async (t) => {
  t.equal(read({ Etag: '"1"' }).tags, null)
})
