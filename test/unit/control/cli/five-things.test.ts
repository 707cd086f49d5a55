import t from 'tap'
import { demoTries, siteTries } from '../../../../control/cli/five-things.ts'

t.test('there are five of each, with a line to type and where the edge listens', (t) => {
  for (const lines of [demoTries('http://127.0.0.1:81'), siteTries('http://127.0.0.1:81', 's.yaml')]) {
    t.equal(lines.length, 10)
    t.equal(lines.filter((line) => /^ {2}[1-5]\. /.test(line)).length, 5)
    for (const line of lines.filter((_, index) => index % 2 === 1)) t.match(line, /^ {7}(curl|for|npx weir) /)
  }
  t.match(demoTries('http://127.0.0.1:81').join('\n'), /http:\/\/127\.0\.0\.1:81\/product\/1/)
  t.end()
})
