import t from 'tap'
import { jobProblem } from '../../../../bench/load/proof.ts'

const load = { answered: 1_000, refused: 0, socketErrors: 0, requestsPerSecond: 1_000 }
const asked = (originRequests: number, redisCommands: number) => ({ originRequests, redisCommands })

t.test('a memory hit asks neither origin nor Redis', async (t) => {
  t.equal(jobProblem('hit-l1', load, asked(3, 9)), undefined)
  t.match(jobProblem('hit-l1', load, asked(30, 0)), /not served from a cache/)
  t.match(jobProblem('hit-l1', load, asked(0, 30)), /not served from memory/)
})

t.test('a Redis hit asks Redis each time and the origin never', async (t) => {
  t.equal(jobProblem('hit-l2', load, asked(0, 1_000)), undefined)
  t.match(jobProblem('hit-l2', load, asked(0, 900)), /not every answer came from Redis/)
  t.match(jobProblem('hit-l2', load, asked(100, 1_000)), /not served from a cache/)
})

t.test('a pass asks the origin each time', async (t) => {
  t.equal(jobProblem('pass', load, asked(990, 0)), undefined)
  t.match(jobProblem('pass', load, asked(900, 0)), /not every request reached the origin/)
})

t.test('a limited client is refused without the origin, and nobody else is refused', async (t) => {
  t.equal(jobProblem('limited', { ...load, refused: 999 }, asked(1, 0)), undefined)
  t.match(jobProblem('limited', { ...load, refused: 900 }, asked(100, 0)), /not nearly all refused/)
  t.match(jobProblem('pass', { ...load, refused: 1 }, asked(1_000, 0)), /not 2xx/)
})

t.test('an error of a socket spoils any run', async (t) => {
  t.match(jobProblem('limited', { ...load, refused: 1_000, socketErrors: 2 }, asked(0, 0)), /2 socket errors/)
})
