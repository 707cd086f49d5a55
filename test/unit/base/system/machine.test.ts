import { totalmem } from 'node:os'
import t from 'tap'
import { systemCores, systemMemoryBytes } from '../../../../edge/base/system/machine.ts'

t.test('there is at least one core to use', async (t) => {
  t.ok(Number.isInteger(systemCores()) && systemCores() >= 1)
})

t.test('the memory is that of the machine, or what a limit leaves of it', async (t) => {
  const bytes = systemMemoryBytes()
  t.ok(Number.isSafeInteger(bytes) && bytes > 0 && bytes <= totalmem(), `${bytes}`)
})
