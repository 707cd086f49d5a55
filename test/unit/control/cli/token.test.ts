import t from 'tap'
import { startCli } from './cli-world.ts'

t.test('a token is made, shown once, listed without its secret, and taken back', async (t) => {
  const cli = await startCli(t)
  const made = await cli.run('token', 'create', 'night shift', '--role', 'operator')
  t.equal(made.code, 0)
  t.match(made.out, /^weir_operator_[0-9a-f]{64}$/)
  t.match(made.err, /only time/)
  const listed = await cli.run('token', 'list')
  const [, id] = /^([0-9a-f]{12}) +night shift +operator /m.exec(listed.out) ?? []
  t.ok(id)
  t.notMatch(listed.out, made.out)

  t.match(await cli.run('publish', 'site.json', '--token', made.out), { code: 1, err: /needs the role editor/ })
  t.match(await cli.run('token', 'drop', id!), { code: 0, out: /is good no more/ })
  t.match(await cli.run('edges', '--token', made.out), { code: 1 })
})

t.test('what is missing or mistyped is said', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('token', 'create', 'x'), { code: 2, err: /--role/ })
  t.match(await cli.run('token', 'create', 'x', '--role', 'admn'), { code: 2, err: /did you mean "admin"\?/ })
  t.match(await cli.run('token'), { code: 2 })
  t.match(await cli.run('token', 'drop', 'abcdef'), { code: 1 })
})
