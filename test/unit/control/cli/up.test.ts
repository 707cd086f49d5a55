import t from 'tap'
import { startOrigin } from '../../../support/origin.ts'
import { CliWorld, SITE } from './cli-world.ts'

// What `weir up` starts is tested where it may start it, in test/scenario/weir-up.test.ts; here is what it refuses before.

t.test('words, a file with problems and a file that names no site are refused before anything starts', async (t) => {
  const world = new CliWorld()
  t.match(await world.run('up', 'now'), { code: 2, err: /takes flags only/ })
  world.files.set('up.yaml', 'demo: maybe\n')
  t.match(await world.run('up', '--config', 'up.yaml'), { code: 1, err: /^up\.yaml:1:1 {2}\/demo .*\n.*nothing was started/ })
  world.files.set('up.yaml', '{}')
  t.match(await world.run('up', '--config', 'up.yaml'), { code: 1, err: /names no site: set control\.site, or give --site FILE/ })
  t.match(await world.run('up', '--config', 'up.yaml', '--site', 'nowhere.yaml'), { code: 1, err: 'weir: there is no file nowhere.yaml' })
  t.same([...world.files.keys()], ['up.yaml'])
})

t.test('a port that is taken is named with its setting, whichever it is', async (t) => {
  const other = await startOrigin(t)
  const taken = `127.0.0.1:${other.port}`
  const free = { edge: { listen: '127.0.0.1:0', admin: 'off' }, control: { listen: '127.0.0.1:0' } }
  const world = new CliWorld()
  world.files.set('site.json', JSON.stringify(SITE))
  for (const [member, more] of [
    ['edge.listen', { edge: { ...free.edge, listen: taken } }],
    ['edge.admin', { edge: { ...free.edge, admin: taken } }],
    ['control.listen', { control: { listen: taken } }],
  ] as const) {
    world.files.set('up.yaml', JSON.stringify({ ...free, ...more }))
    const { code, err } = await world.run('up', '--config', 'up.yaml', '--site', 'site.json')
    t.equal(code, 1)
    t.equal(err, `weir: ${taken} is taken by another program; free it, or set ${member} in up.yaml to another port`)
  }
})
