import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemBlobs } from '../../../../edge/base/system/blobs.ts'
import { tempDir } from '../../../support/temp-dir.ts'

t.test('what is written is read again, replaced, listed and removed', async (t) => {
  const blobs = systemBlobs(join(tempDir(t), 'not', 'there', 'yet'))
  t.same(await blobs.list(), [])
  t.equal(await blobs.read('a', 10), null)
  await blobs.write('a', Buffer.from([0, 255, 1]))
  await blobs.write('a', Buffer.from([7, 8]))
  await blobs.write('b', Buffer.from('b'))
  t.same(await blobs.read('a', 10), Buffer.from([7, 8]))
  t.match(
    [...(await blobs.list())].sort((x, y) => x.name.localeCompare(y.name)),
    [
      { name: 'a', bytes: 2, writtenAtMs: Number },
      { name: 'b', bytes: 1 },
    ],
  )
  await blobs.remove('a')
  await blobs.remove('a')
  t.same(
    (await blobs.list()).map(({ name }) => name),
    ['b'],
  )
})

t.test('a file that is too long is not read', async (t) => {
  const blobs = systemBlobs(tempDir(t))
  await blobs.write('a', Buffer.alloc(11))
  t.equal(await blobs.read('a', 10), null)
})

t.test('a name has no way out of the folder', async (t) => {
  const blobs = systemBlobs(tempDir(t))
  for (const name of ['../a', 'a/b', '.hidden', '', 'a\0b', 'x'.repeat(200)]) {
    await t.rejects(async () => blobs.read(name, 10), RangeError, JSON.stringify(name))
    await t.rejects(async () => blobs.write(name, Buffer.alloc(1)), RangeError, JSON.stringify(name))
  }
})

t.test('halves and folders are not listed, and many writes of one name leave one file', async (t) => {
  const folder = tempDir(t)
  const blobs = systemBlobs(folder)
  writeFileSync(join(folder, 'a.0123456789ab.new'), 'half')
  mkdirSync(join(folder, 'folder'))
  await Promise.all(Array.from({ length: 20 }, (_, at) => blobs.write('a', Buffer.alloc(1_000, at))))
  t.match(await blobs.list(), [{ name: 'a', bytes: 1_000 }])
  const bytes = await blobs.read('a', 1_000)
  t.ok(
    bytes!.every((byte) => byte === bytes![0]),
    'of one write',
  )
})

t.test('a disk that does not do it says so', async (t) => {
  const folder = tempDir(t)
  writeFileSync(join(folder, 'file'), '')
  const blobs = systemBlobs(join(folder, 'file'))
  await t.rejects(blobs.write('a', Buffer.alloc(1)))
  await t.rejects(blobs.list())
})
