import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemFiles } from '../../../../edge/base/system/files.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { until } from '../../../support/until.ts'

t.test('a file that is not there reads as null, a folder in its place is a fault', async (t) => {
  const folder = tempDir(t)
  t.equal(await systemFiles.read(join(folder, 'none')), null)
  await t.rejects(systemFiles.read(folder), { code: 'EISDIR' })
})

t.test('a file is written whole, readable by its owner only, and its folder is made', async (t) => {
  const path = join(tempDir(t), 'a', 'b', 'state.json')
  await systemFiles.writeAtomic(path, 'ä text')
  t.equal(await systemFiles.read(path), 'ä text')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(readdirSync(join(path, '..')), ['state.json'], 'no temporary file is left')
})

t.test('many writes at once leave one of them whole, never a mixture', async (t) => {
  const path = join(tempDir(t), 'state')
  const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((letter, i) => letter.repeat(200_000 + i * 50_000))
  await Promise.all(texts.map((text) => systemFiles.writeAtomic(path, text)))
  t.ok(texts.includes(readFileSync(path, 'utf8')))
  t.same(readdirSync(join(path, '..')), ['state'])
})

t.test('a write that fails leaves the old file and nothing beside it', async (t) => {
  const folder = tempDir(t)
  const path = join(folder, 'taken')
  mkdirSync(join(path, 'inside'), { recursive: true })
  await t.rejects(systemFiles.writeAtomic(path, 'new'))
  t.same(readdirSync(folder), ['taken'])
  t.same(readdirSync(path), ['inside'])
})

t.test('who watches hears of a file replaced by an editor, and of a mount swapped behind its link', async (t) => {
  const folder = tempDir(t)
  const path = join(folder, 'site.yaml')
  writeFileSync(path, 'old')
  let heard = 0
  const stop = systemFiles.watch(path, () => heard++)
  t.teardown(stop)
  writeFileSync(join(folder, 'other'), 'new')
  t.equal(heard, 0)
  renameSync(join(folder, 'other'), path)
  await until(() => heard > 0, { what: 'the replaced file' })
  heard = 0
  symlinkSync('elsewhere', join(folder, '..data'))
  await until(() => heard > 0, { what: 'the swapped mount' })
  stop()
  stop()
})
