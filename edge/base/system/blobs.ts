// A folder of files on the machine's disk, for what can be lost: nothing waits for the disk itself.

import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStat, Blobs } from '../ports.ts'

/** A name has no folder in it and does not begin with a dot. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/
/** What a crash can leave behind; not listed, and gone with the next write of the same name. */
const HALF = /\.new$/

/** The blobs of a folder. @throws RangeError on a name that is none */
export function systemBlobs(folder: string): Blobs {
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new RangeError(`no name of a blob: ${name}`)
    return join(folder, name)
  }
  return {
    async read(name, maxBytes) {
      const file = await open(pathOf(name), 'r').catch(absent)
      if (file === null) return null
      try {
        const { size } = await file.stat()
        return size > maxBytes ? null : await file.readFile()
      } finally {
        await file.close()
      }
    },

    async write(name, bytes) {
      const path = pathOf(name)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // A name of its own for each write: the threads of an edge may write the same page at once.
      const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
      try {
        await writeFile(temporary, bytes, { mode: 0o600 })
        await rename(temporary, path)
      } catch (cause) {
        await rm(temporary, { force: true })
        throw cause
      }
    },

    async remove(name) {
      await rm(pathOf(name), { force: true })
    },

    async list() {
      const names = (await readdir(folder).catch(absent)) ?? []
      const stats = await Promise.all(names.filter((name) => !HALF.test(name)).map((name) => statOf(folder, name)))
      return stats.filter((found) => found !== null)
    },
  }
}

async function statOf(folder: string, name: string): Promise<BlobStat | null> {
  const found = await stat(join(folder, name)).catch(absent)
  return found?.isFile() === true ? { name, bytes: found.size, writtenAtMs: found.mtimeMs } : null
}

function absent(cause: NodeJS.ErrnoException): null {
  if (cause.code === 'ENOENT') return null
  throw cause
}
