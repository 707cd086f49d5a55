import t from 'tap'
import { faultSentence } from '../../../../control/cli/fault-sentence.ts'
import { EdgeError } from '../../../../edge/base/edge-error.ts'

const system = (code: string, more: object = {}) => Object.assign(new Error(`${code}: raw`), { code, ...more })

t.test('what systems say becomes a sentence with what to do', (t) => {
  const taken = system('EADDRINUSE', { address: '127.0.0.1', port: 8080 })
  t.equal(faultSentence(taken), '127.0.0.1:8080 is taken by another program; stop it, or choose another port')
  t.match(faultSentence(system('EADDRINUSE', { address: '::1', port: 80 })), /^\[::1\]:80 /)
  t.equal(faultSentence(system('ENOENT', { path: '/x' })), 'there is no /x')
  t.equal(faultSentence(system('EISDIR')), 'that is a folder, not a file')
  t.end()
})

t.test('a fault of the table says its sentence, its details and its cause', (t) => {
  const fault = new EdgeError('STATE_UNWRITABLE', { path: '/var/x' }, system('ENOSPC'))
  t.equal(faultSentence(fault), 'The state folder could not be written: path /var/x: the disk is full')
  t.equal(faultSentence(new EdgeError('INTERNAL')), 'Something went wrong here')
  t.end()
})

t.test('anything else says what it says, on one line and without control characters', (t) => {
  t.equal(faultSentence(new Error('a\nb\x1b[31m')), 'a b [31m')
  t.equal(faultSentence('thrown text'), 'something unexpected happened: thrown text')
  t.equal(faultSentence(undefined), 'something unexpected happened: undefined')
  t.end()
})
