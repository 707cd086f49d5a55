import t from 'tap'
import { Progress } from '../../../../control/cli/progress.ts'

function terminal(kind: 'interactive' | 'log') {
  const [drawn, told]: [string[], string[]] = [[], []]
  const out = () => {}
  const err = (line: string) => void told.push(line)
  const draw = (line: string) => void drawn.push(line)
  return { drawn, told, out, err, draw, columns: 60, interactive: kind === 'interactive' }
}

t.test('on a terminal one line is drawn again, no longer than the terminal is wide, and taken away at the end', (t) => {
  const screen = terminal('interactive')
  const progress = new Progress(screen, 4)
  progress.show(1, 'well')
  progress.show(4, `a long story\n${'x'.repeat(100)}`)
  progress.end()
  t.equal(screen.drawn[0], '[######..................] 1/4 well')
  t.match(screen.drawn[1], /^\[#{24}\] 4\/4 a long story x+$/)
  t.equal(screen.drawn[1]!.length, 60)
  t.equal(screen.drawn[2], '')
  t.same(screen.told, [])
  t.end()
})

t.test('in a log there is a line for each tenth, however many steps it has', (t) => {
  const log = terminal('log')
  const progress = new Progress(log, 1_000)
  for (let done = 1; done <= 1_000; done += 1) progress.show(done, 'ok')
  progress.end()
  t.equal(log.told.length, 10)
  t.equal(log.told[0], '10 % 100/1000 ok')
  t.equal(log.told[9], '100 % 1000/1000 ok')
  t.same(log.drawn, [])
  t.end()
})

t.test('nothing to do is all done', (t) => {
  const log = terminal('log')
  new Progress(log, 0).show(0, 'ok')
  t.same(log.told, ['100 % 0/0 ok'])
  t.end()
})
