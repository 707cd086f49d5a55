import t from 'tap'
import { formatTraceparent, nextTraceContext, parseTraceparent, RANDOM, SAMPLED } from '../../../edge/http/trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const LINE = `00-${TRACE}-${SPAN}-01`

t.test('a traceparent is read and written back', async (t) => {
  t.same(parseTraceparent(LINE), { traceId: TRACE, parentId: SPAN, flags: SAMPLED })
  t.equal(formatTraceparent(parseTraceparent(LINE)!), LINE)
})

t.test('a higher version is read by the layout of 00 and written as 00', async (t) => {
  for (const line of [`cc-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-01-what-the-future-brings`]) {
    t.equal(formatTraceparent(parseTraceparent(line)!), LINE, line)
  }
})

t.test('what is no context is ignored', async (t) => {
  const invalid = [
    ...['', '00', `ff-${TRACE}-${SPAN}-01`, `00-${'0'.repeat(32)}-${SPAN}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`],
    ...[
      LINE.toUpperCase(),
      `00-${TRACE.replace('a', 'A')}-${SPAN}-01`,
      `${LINE}-extra`,
      `${LINE} `,
      ` ${LINE}`,
      LINE.slice(0, -1),
      `${LINE}0`,
    ],
    ...[
      `cc-${TRACE}-${SPAN}-01.x`,
      `cc-${TRACE}-${SPAN}-01, ${LINE}`,
      `${LINE}, ${LINE}`,
      `0-${TRACE}-${SPAN}-01`,
      `00-${TRACE}-${SPAN}-0g`,
      `${LINE}\0`,
    ],
  ]
  for (const line of invalid) t.equal(parseTraceparent(line), null, encodeURIComponent(line))
})

t.test('an outgoing call has its own parent; sampled and random stay, unknown flags are zero', async (t) => {
  const context = parseTraceparent(`00-${TRACE}-${SPAN}-ff`)!
  const next = nextTraceContext(context, '00f067aa0ba902b7')
  t.equal(formatTraceparent(next), `00-${TRACE}-00f067aa0ba902b7-03`)
  t.equal(next.flags & RANDOM, RANDOM)
})
