import t from 'tap'
import { confirmationText, edgeProblemLines } from '../../../../control/cli/confirmation.ts'

const edges = (acked: number, of: number, nacked = 0) => ({ acked, of, nacked, afterMs: 84.4 })

t.test('all, some or none of the edges', (t) => {
  t.equal(confirmationText(edges(2, 2), 'serving'), 'serving on 2/2 edges after 84 ms')
  t.equal(confirmationText(edges(1, 1), 'in force'), 'in force on 1/1 edge after 84 ms')
  t.match(confirmationText(edges(1, 2), 'serving'), /^serving on 1\/2 edges after 84 ms; `weir edges` shows the others$/)
  t.match(confirmationText(edges(0, 0), 'serving'), /^stands; no edge is connected/)
  t.match(confirmationText(edges(1, 2, 1), 'serving'), /1 edge refused it/)
  t.end()
})

t.test('what edges refuse is one line per problem', (t) => {
  const problems = [
    {
      edgeId: 'e',
      problems: [
        { pointer: '', message: 'a' },
        { pointer: '/b', message: 'c' },
      ],
    },
  ]
  t.same(edgeProblemLines({ ...edges(0, 1, 1), problems }), ['e  /  a', 'e  /b  c'])
  t.same(edgeProblemLines(edges(1, 1)), [])
  t.end()
})
