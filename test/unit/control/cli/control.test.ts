import { join } from 'node:path'
import t from 'tap'
import { startOrigin } from '../../../support/origin.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { CliWorld } from './cli-world.ts'

const bootstrap = (t: Parameters<typeof tempDir>[0], more: object = {}) =>
  JSON.stringify({ listen: '127.0.0.1:0', stateDir: join(tempDir(t), 'state'), ...more })

t.test('it says where it answers, and the first tokens at the first start only', async (t) => {
  const world = new CliWorld()
  world.files.set('control.yaml', bootstrap(t))
  const first = await world.run('control', '--config', 'control.yaml')
  t.equal(first.code, 0)
  t.match(first.out, /^weir: control plane and console on http:\/\/127\.0\.0\.1:\d+$/m)
  t.match(first.out, /shown this once: weir_admin_[0-9a-f]{64}$/m)
  t.match(first.out, /shown this once: weir_edge_[0-9a-f]{64}$/m)
  t.notMatch((await world.run('control', '--config', 'control.yaml')).out, /weir_admin/)
})

t.test('a port that is taken, a file with problems and a missing flag are one sentence', async (t) => {
  const world = new CliWorld()
  const other = await startOrigin(t)
  world.files.set('taken.yaml', bootstrap(t, { listen: `127.0.0.1:${other.port}` }))
  t.match(await world.run('control', '--config', 'taken.yaml'), { code: 1, err: /is taken by another program; .*listen in taken\.yaml/ })
  world.files.set('bad.yaml', 'listn: x\n')
  t.match(await world.run('control', '--config', 'bad.yaml'), { code: 1, err: /^bad\.yaml:1:1 {2}\/listn .*did you mean "listen"/ })
  t.match(await world.run('control'), { code: 2 })
})
