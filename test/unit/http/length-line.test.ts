import t from 'tap'
import { lengthLine } from '../../../edge/http/length-line.ts'

t.test('a length is told in digits, as often as it is asked for', async (t) => {
  for (const bytes of [0, 1, 4_096, 4_097, 2 ** 40, 0, 4_096]) t.equal(lengthLine(bytes), `Content-Length: ${bytes}\r\n`)
})
