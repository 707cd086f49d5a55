import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import t from 'tap'
import { settleTexts } from '../../../../edge/base/system/engine.ts'

setFlagsFromString('--allow-natives-syntax')
/** Whether V8 finds what all texts have without a search. */
const isQuick = new Function('return %HasFastProperties(String.prototype)') as () => boolean

t.test('methods of texts are found at once again, whatever was derived from String', async (t) => {
  t.equal(isQuick(), true)
  createRequire(import.meta.url)('ioredis')
  t.equal(isQuick(), false, 'if this fails, ioredis derives no class from String any more, and none of this is needed')
  settleTexts()
  t.equal(isQuick(), true)
})
