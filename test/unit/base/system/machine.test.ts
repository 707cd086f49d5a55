import t from 'tap'
import { systemCores } from '../../../../edge/base/system/machine.ts'

t.test('there is at least one core to use', async (t) => {
  t.ok(Number.isInteger(systemCores()) && systemCores() >= 1)
})
