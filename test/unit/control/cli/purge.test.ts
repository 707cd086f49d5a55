import t from 'tap'
import { TestEdge } from '../api/test-edge.ts'
import { CliWorld, startCli } from './cli-world.ts'

const HAVE = { purgeSeq: 0 }

t.test('a purge says when every edge has it, and how long that took', async (t) => {
  const world = await startCli(t)
  const options = { port: Number(new URL(world.control.url).port), token: world.control.firstEdgeToken!, edgeId: 'e1', have: HAVE }
  const edge = await TestEdge.connect(t, options)
  const run = world.run(
    'purge',
    'http://shop.example/a',
    '--tag',
    'x',
    '--tag',
    'y',
    '--soft',
    '--again-after',
    '2s',
    '--reason',
    'why',
    '--wait',
  )
  const { purges } = await edge.next('purge')
  const how = { mode: 'soft', againAfterMs: 2_000 }
  t.same(
    purges.map(({ order }) => order),
    [
      { by: 'url', url: 'http://shop.example/a', ...how },
      { by: 'tag', tag: 'x', ...how },
      { by: 'tag', tag: 'y', ...how },
    ],
  )
  edge.say({ type: 'ack', what: 'purge', seq: 3, atMs: 1 })
  t.match(await run, { code: 0, out: /^purged on 1\/1 in \d+ ms$/ })
})

t.test('an edge that does not answer in time is named, and the command fails', async (t) => {
  const world = await startCli(t)
  const port = Number(new URL(world.control.url).port)
  await TestEdge.connect(t, { port, token: world.control.firstEdgeToken!, edgeId: 'mute', have: HAVE })
  t.match(await world.run('purge', '--route', 'page', '--wait', '--timeout', '1400ms'), {
    code: 1,
    out: /^purged on 0\/1 in \d+ ms$/,
    err: /mute has not said/,
  })
  t.match(await world.run('purge', '--route', 'page', '--json'), { code: 0, out: /"seq": 2/ }, 'without --wait it is only sent')
})

t.test('without edges there is nobody to wait for; under a key it is taken once', async (t) => {
  const world = await startCli(t)
  t.match(await world.run('purge', '--all', '--yes', '--wait'), { code: 0, out: /no edge is connected/ })
  t.match(await world.run('purge', '--tag', 'a', '--key', 'd1'), { out: /^purge 2 in the log; no edge is connected/ })
  t.match(await world.run('purge', '--tag', 'a', '--key', 'd1'), { out: /^purge 2, taken before under this key, in the log/ })
  t.match(await world.run('purge', '--tag', 'b', '--key', 'd1'), { code: 1, err: /given to something else \(purge 2\).* of its own/ })
})

t.test('what is not meant so, or cannot be, is refused with what would be right', async (t) => {
  const world = new CliWorld()
  t.match(await world.run('purge'), { code: 2, err: /takes a URL/ })
  t.match(await world.run('purge', '--all'), { code: 2, err: /add --yes/ })
  t.match(await world.run('purge', '/cart'), { code: 2, err: /begins with http/ })
  const many = Array.from({ length: 1_001 }, (_, i) => `http://shop.example/${i}`)
  t.match(await world.run('purge', ...many), { code: 2, err: /1000 things .* these are 1001; give them in several/ })
  t.match(await world.run('purge', '--tag', 'a', '--timeout', '2s'), { code: 2, err: /add --wait/ })
  t.match(await world.run('purge', '--tag', 'a', '--again-after', '5m'), { code: 2, err: /60s at most/ })
  const real = await startCli(t)
  t.match(await real.run('purge', '--route', 'pgae'), { code: 1, err: /no route "pgae"; did you mean "page"/ })
  t.match(await real.run('purge', 'http://shop.example/a#b'), {
    code: 1,
    err: /"http:..shop.example.a#b" is no URL that an edge would take/,
  })
})
