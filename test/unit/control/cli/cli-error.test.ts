import t from 'tap'
import { EXIT, refusal, usageError } from '../../../../control/cli/cli-error.ts'

t.test('how a command ends is in its exit code, and what is behind it in its problems', (t) => {
  t.same(EXIT, { done: 0, refused: 1, usage: 2, unreachable: 3 })
  t.match(usageError('say more'), { exitCode: 2, message: 'say more', problems: [] })
  t.match(refusal('no', [{ pointer: '/a', message: 'b' }]), { exitCode: 1, message: 'no', problems: [{ pointer: '/a', message: 'b' }] })
  t.end()
})
