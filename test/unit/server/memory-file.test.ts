import t from 'tap'
import type { Blobs } from '../../../edge/base/ports.ts'
import { MEMORY_FILE } from '../../../edge/cache/kept-memory.ts'
import { dropKeptMemory, takeKeptMemory } from '../../../edge/server/memory-file.ts'
import { MemoryBlobs } from '../../support/memory-blobs.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const BYTES = new Uint8Array([1, 2, 3])

t.test('what was left is taken once', async (t) => {
  const blobs = new MemoryBlobs()
  const log = new RecordingLog()
  await blobs.write(MEMORY_FILE, BYTES)
  t.equal(await takeKeptMemory(blobs, 0, log), null, 'nothing is to be kept')
  t.same(new Uint8Array((await takeKeptMemory(blobs, 100, log))!), BYTES)
  t.equal(await takeKeptMemory(blobs, 100, log), null)
  t.equal(await takeKeptMemory(null, 100, log), null)
})

t.test('what cannot be read or removed is told, and nothing more', async (t) => {
  const log = new RecordingLog()
  const broken = { read: () => Promise.reject(new Error('EIO')), remove: () => Promise.reject(new Error('EIO')) } as unknown as Blobs
  t.equal(await takeKeptMemory(broken, 100, log), null)
  await dropKeptMemory(broken, log)
  t.match(log.of('memory-unreadable'), [{ cause: /EIO/ }])
  t.match(log.of('memory-not-removed'), [{ cause: /EIO/ }])
})
