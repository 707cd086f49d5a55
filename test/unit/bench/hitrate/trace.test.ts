import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { roomsFor } from '../../../../bench/hitrate/rooms.ts'
import { readTrace } from '../../../../bench/hitrate/trace.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const written = (dir: string, name: string, bytes: string | Buffer): string => {
  const file = join(dir, name)
  writeFileSync(file, bytes)
  return file
}

t.test('a trace without sizes weighs one for each key', async (t) => {
  const trace = readTrace(written(tempDir(t), 'web.txt', '7\n9\n7\n\n'))
  t.match(trace, { name: 'web', distinct: 2, footprint: 2, isSized: false })
  t.same([...trace.keys], [0, 1, 0])
})

t.test('sizes are read, packed or not, and a key with another size is another key', async (t) => {
  const trace = readTrace(written(tempDir(t), 'sized.txt.gz', gzipSync('1 100\n2 50\n1 100\n1 90\n')))
  t.match(trace, { name: 'sized', distinct: 3, footprint: 240, isSized: true })
  t.same([...trace.keys], [0, 1, 0, 2])
  t.same([...trace.sizes], [100, 50, 100, 90])
  t.same(
    roomsFor(trace).map(({ label, size }) => [label, size]),
    [
      ['1 %', 2],
      ['5 %', 12],
      ['10 %', 24],
    ],
  )
})

t.test('what is no request is refused with its line', async (t) => {
  t.throws(() => readTrace(written(tempDir(t), 'bad.txt', '1 10\n2 ten\n')), /line 2/)
})
