import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { lostFault, startFault } from '../../../edge/server/start-fault.ts'

const listen = (detail: object) => startFault(new EdgeError('LISTEN_FAILED', { listen: '127.0.0.1:80', ...detail }))

t.test('an address that cannot be listened on says why and what to do', async (t) => {
  t.match(listen({ reason: 'EADDRINUSE' }), /^127\.0\.0\.1:80 is taken by another process\. Choose another /)
  t.match(listen({ reason: 'EACCES' }), /^127\.0\.0\.1:80 may not be used by this user\. /)
  t.match(listen({ listen: 'unix:/run/a.sock', reason: 'EACCES' }), /^unix:\/run\/a\.sock may not .*, or its folder is not there\. /)
  t.match(listen({ reason: 'EADDRNOTAVAIL' }), /^127\.0\.0\.1:80 cannot be listened on \(EADDRNOTAVAIL\)\. Choose/)
  t.equal(listen({ listen: 'fd:web', reason: 'none', advice: 'Name it.' }), 'fd:web cannot be listened on (none). Name it.')
})

t.test('a site that is not valid is shown with its places', async (t) => {
  const problems = [{ pointer: '/routes', message: 'must be an object' }]
  t.match(
    startFault(new EdgeError('CONFIG_INVALID', { file: 'site.yaml', problems })),
    /^site\.yaml is not a valid site:\n.*routes.*must be/,
  )
})

t.test('a file that is no site is named, with what is wrong with it', async (t) => {
  const fault = (...given: ConstructorParameters<typeof EdgeError>) => startFault(new EdgeError(...given))
  t.equal(
    fault('CONFIG_UNREADABLE', { file: 'token' }, new Error('EACCES: permission denied')),
    'The edge could not start: token cannot be read: EACCES: permission denied',
  )
  t.equal(
    fault('CONFIG_UNREADABLE', { file: 'key.pem', reason: 'there is no such file' }),
    'The edge could not start: key.pem cannot be read: there is no such file',
  )
  t.equal(
    fault('CONFIG_INVALID', { file: 'key.pem', reason: 'does not belong to the certificate' }),
    'The edge could not start: key.pem does not belong to the certificate',
  )
})

t.test('any other fault is its reason, and what is no fault of ours its message', async (t) => {
  t.equal(startFault(new EdgeError('CONFIG_UNREADABLE', { reason: 'there is no site' })), 'The edge could not start: there is no site')
  t.equal(startFault(new EdgeError('INTERNAL', { reason: 'a worker ended' })), 'The edge could not start: a worker ended')
  t.equal(startFault(new TypeError('bug')), 'The edge could not start: bug')
  t.equal(startFault('odd'), 'The edge could not start: odd')
})

t.test('an edge that lost a socket says which, and that it is to be started again', async (t) => {
  t.match(
    lostFault(new EdgeError('LISTEN_FAILED', { listen: 'fd:web', reason: 'gone' })),
    /^fd:web cannot .* \(gone\), .*starts it again\.$/,
  )
})
