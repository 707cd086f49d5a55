import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { mayKeep, mayRenew } from '../../../edge/pipeline/may-keep.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'

const line = new Line()
function verdict(asking: Asking, answer: Record<string, string>, method?: string) {
  const atMs = line.clock.wallMs()
  const head = { status: 200, fields: Fields.of(answer), requestedAtMs: atMs, receivedAtMs: atMs }
  return mayKeep(line.asked(asking).asked, head, method)
}
const PLAIN = { 'Cache-Control': 'max-age=60' }

t.test('what the standard allows and fits others may be kept', async (t) => {
  t.same(verdict({}, PLAIN), { storable: true })
})

t.test('the standard is asked first, then whether it fits others', async (t) => {
  t.match(verdict({ headers: { Cookie: 'a=1' } }, { 'Cache-Control': 'no-store' }), { storable: false, reason: 'no-store' })
  t.match(verdict({ headers: { Cookie: 'a=1' } }, PLAIN), { storable: false, reason: 'cookie', field: 'cookie' })
})

t.test('a renewal is judged as the GET that it renews, and cookies do not hinder it', async (t) => {
  const renews = (asking: Asking, answer: Record<string, string>) => {
    const atMs = line.clock.wallMs()
    return mayRenew(line.asked(asking).asked, { status: 200, fields: Fields.of(answer), requestedAtMs: atMs, receivedAtMs: atMs })
  }
  t.ok(renews({ method: 'HEAD' }, PLAIN))
  t.ok(renews({ headers: { Cookie: 'a=1' } }, PLAIN))
  t.notOk(renews({}, { 'Cache-Control': 'no-store' }))
  t.notOk(renews({ headers: { 'HX-Request': 'true' } }, PLAIN))
})
