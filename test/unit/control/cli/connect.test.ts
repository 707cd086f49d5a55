import t from 'tap'
import { answerOf } from '../../../../control/cli/connect.ts'
import { startOrigin } from '../../../support/origin.ts'
import { CliWorld } from './cli-world.ts'

t.test('a control plane that is no URL is a usage error', async (t) => {
  for (const url of ['localhost:9900', 'ftp://x', '']) t.match(await new CliWorld().run('edges', '--control', url), { code: 2 }, url)
})

t.test('address and token come from the environment when no flag names them', async (t) => {
  const api = await startOrigin(t, {
    headers: { 'content-type': 'application/json' },
    body: '{"revision":0,"switchSeq":0,"connected":0,"edges":[]}',
  })
  const world = new CliWorld()
  Object.assign(world.env, { WEIR_CONTROL: api.url, WEIR_TOKEN: 'from-env' })
  t.match(await world.run('edges'), { code: 0 })
  t.equal(api.requests[0]?.headers.authorization, 'Bearer from-env')
})

t.test('a refusal is exit code 1, silence is exit code 3', (t) => {
  const failure = { ok: false, status: 0, sentence: 'no', problems: [] } as const
  for (const [kind, exitCode] of [
    ['refused', 1],
    ['unreachable', 3],
  ] as const) {
    t.match(
      t.throws(() => answerOf({ ...failure, kind })),
      { exitCode, message: 'no' },
    )
  }
  const answer = { ok: true, status: 200, value: 1, etag: null } as const
  t.equal(answerOf(answer), answer)
  t.end()
})
