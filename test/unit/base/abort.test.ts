import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'

t.test('listeners hear of an abort once, in the order in which they came', async (t) => {
  const abort = new Abort()
  const heard: string[] = []
  abort.on(() => heard.push('first'))
  abort.on(() => heard.push('second'))
  t.equal(abort.aborted, false)
  abort.abort()
  abort.abort()
  t.equal(abort.aborted, true)
  t.same(heard, ['first', 'second'])
})

t.test('who comes after the abort hears of it at once', async (t) => {
  const abort = new Abort()
  abort.abort()
  let heard = 0
  const takeBack = abort.on(() => heard++)
  takeBack()
  t.equal(heard, 1)
})

t.test('who takes its listener back hears nothing, and taking back twice harms nobody else', async (t) => {
  const abort = new Abort()
  const heard: string[] = []
  const takeBack = abort.on(() => heard.push('gone'))
  abort.on(() => heard.push('stays'))
  takeBack()
  takeBack()
  abort.abort()
  t.same(heard, ['stays'])
})
