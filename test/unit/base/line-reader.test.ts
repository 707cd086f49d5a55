import t from 'tap'
import { LineReader } from '../../../edge/base/line-reader.ts'

const bytes = (text: string) => Buffer.from(text, 'utf8')

t.test('lines are found however they are cut into chunks', async (t) => {
  const whole = bytes('{"a":"ü"}\n\n{"b":2}\nrest')
  for (let size = 1; size <= whole.length; size++) {
    const reader = new LineReader(100)
    const lines: string[] = []
    for (let at = 0; at < whole.length; at += size) lines.push(...(reader.take(whole.subarray(at, at + size)) as string[]))
    t.same(lines, ['{"a":"ü"}', '{"b":2}'], `in chunks of ${size}`)
  }
})

t.test('a line may be as long as the bound in bytes, and no longer', async (t) => {
  t.same(new LineReader(4).take(bytes('üü\n')), ['üü'])
  t.equal(new LineReader(4).take(bytes('üü.\n')), 'too-long')
})

t.test('a line that never ends is noticed before it is whole', async (t) => {
  const reader = new LineReader(4)
  t.same(reader.take(bytes('ab')), [])
  t.same(reader.take(bytes('cd')), [])
  t.equal(reader.take(bytes('e')), 'too-long')
})
