import t from 'tap'
import { script } from '../../../edge/redis/script.ts'

t.test('a script is known by the SHA-1 of its text', async (t) => {
  t.same(script('one', 'return 1'), { name: 'one', text: 'return 1', digest: 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db' })
})

t.test('a script without text is refused when it is made, not when it is run', async (t) => {
  t.throws(() => script('empty', ' \n'), { name: 'RangeError', message: 'lua/empty.lua is empty' })
})
