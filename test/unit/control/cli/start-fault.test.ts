import t from 'tap'
import { startFault } from '../../../../control/cli/start-fault.ts'
import { EdgeError } from '../../../../edge/base/edge-error.ts'

const STARTED = { file: 'conf/weir.yaml', member: 'control.listen' }

t.test('a port that is taken says which setting to change', (t) => {
  const cause = Object.assign(new Error('listen'), { code: 'EADDRINUSE' })
  const { message, exitCode } = startFault(new EdgeError('LISTEN_FAILED', { address: '127.0.0.1:9900' }, cause), STARTED)
  t.equal(exitCode, 1)
  t.match(message, /^127\.0\.0\.1:9900 is taken by another program; .*control\.listen in conf\/weir\.yaml says where to listen$/)
  t.end()
})

t.test('a site with problems lists them with their places', (t) => {
  const problems = [{ pointer: '/routes', message: 'must be a map', line: 3, column: 1 }]
  const { message } = startFault(new EdgeError('CONFIG_INVALID', { path: 'site.yaml', problems }), STARTED)
  t.equal(message, 'site.yaml has 1 problem:\nsite.yaml:3:1  /routes  must be a map')
  t.end()
})

t.test('anything else is its sentence', (t) => {
  t.match(
    startFault(new EdgeError('STATE_UNWRITABLE', { path: '/x' }), STARTED).message,
    /^The state folder could not be written: path \/x/,
  )
  t.equal(startFault(new Error('odd'), STARTED).message, 'odd')
  t.end()
})
