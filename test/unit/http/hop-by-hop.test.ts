import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { isEndToEnd, withoutHopByHop } from '../../../edge/http/hop-by-hop.ts'

function kept(record: Record<string, string | string[]>): string[] {
  return [...withoutHopByHop(Fields.of(record))].map(([name]) => name)
}

t.test('the fixed list goes, nominated or not, in any case', async (t) => {
  const record = {
    ...{
      Host: 'a',
      CONNECTION: 'close',
      'Proxy-Connection': 'x',
      'Keep-Alive': 'timeout=5',
      TE: 'trailers',
      'Transfer-encoding': 'chunked',
    },
    ...{ Upgrade: 'h2c', Trailer: 'X', 'HTTP2-Settings': 'AAA', 'Proxy-Authorization': 'Basic x', 'Proxy-Authenticate': 'Basic' },
    ...{ 'Proxy-Authentication-Info': 'x', Accept: '*/*' },
  }
  t.same(kept(record), ['Host', 'Accept'])
})

t.test('fields that Connection names go with it', async (t) => {
  t.same(kept({ Connection: ['keep-alive, X-Hop', ' x-other ,,'], 'x-hop': '1', 'X-Other': '2', 'X-Stay': '3' }), ['X-Stay'])
})

t.test('Connection cannot take away what is meant for everyone', async (t) => {
  const names = [
    ...['Host', 'Content-Length', 'Content-Type', 'Authorization', 'Cookie', 'Via', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Proto'],
    ...['X-Real-IP', 'CDN-Loop', 'Cache-Control', 'Set-Cookie', 'Vary', 'ETag', 'Range', 'If-None-Match', 'Traceparent', 'Weir-Why'],
  ]
  const record = Object.fromEntries(names.map((name) => [name, 'x']))
  t.same(kept({ Connection: names.join(', ').toLowerCase(), ...record }), names)
  t.same(kept({ Connection: names.join(' ,\t'), ...record }), names)
})

t.test('order, case and repeated lines of the others are kept, the original is not changed', async (t) => {
  const raw = ['X-B', '1', 'Connection', 'close', 'x-a', '2', 'X-B', '3']
  const fields = Fields.fromRaw(raw)
  t.same(withoutHopByHop(fields).toRaw(), ['X-B', '1', 'x-a', '2', 'X-B', '3'])
  t.same(fields.toRaw(), raw)
})

t.test('options that are no names do no harm', async (t) => {
  t.same(kept({ Connection: '__proto__, a b, "x", \0, close', 'X-A': '1', Close: '2' }), ['X-A', 'Close'])
})

t.test('names longer than 31 letters are told apart from short ones', async (t) => {
  t.same(kept({ [`te${'x'.repeat(32)}`]: '1' }), [`te${'x'.repeat(32)}`])
})

t.test('protected names are known by name or prefix', async (t) => {
  t.ok(isEndToEnd('x-forwarded-anything'))
  t.notOk(isEndToEnd('x-hop'))
})

t.test('a long Connection field costs linear time', async (t) => {
  const startMs = performance.now()
  for (const option of ['a,', ',', ' ', 'x-forwarded-for,']) kept({ Connection: option.repeat(200_000), A: '1' })
  t.ok(performance.now() - startMs < 5_000)
})
