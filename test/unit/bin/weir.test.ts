import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { runWeir } from '../../support/weir.ts'

const DOOR = new URL('../../../bin/weir.js', import.meta.url)

t.test('verbs reach their plane, with its exit code', async (t) => {
  const runs = [runWeir(t, ['version']), runWeir(t, ['proxy', '--help']), runWeir(t, ['nonsense']), runWeir(t, ['check', '/nowhere'])]
  const [version, proxy, nonsense, check] = await Promise.all(runs)
  t.match(version, { code: 0, output: /^weir \d/ })
  t.match(proxy, { code: 0, output: /--to/ })
  t.match(nonsense, { code: 2, output: /there is no command "nonsense"/ })
  t.match(check, { code: 1, output: 'weir: there is no file /nowhere\n' })
})

t.test('a reader that has seen enough is no fault', async (t) => {
  const child = spawn(process.execPath, [fileURLToPath(DOOR), 'help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  t.equal(code, 0)
  t.equal(err, '')
})

t.test('the door is written so that an old Node can say what is wrong', (t) => {
  const text = readFileSync(DOOR, 'utf8')
  for (const tooNew of [/\?\?/, /\?\./, /^\s*await /m, /#[a-z]/, /import\.meta\.(?!url)/])
    t.notMatch(text.replace(/\/\/.*|`[^`]*`|#!.*/g, ''), tooNew)
  t.end()
})
