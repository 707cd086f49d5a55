// Real files. A file is replaced whole or not at all: what a crash leaves behind is the old one or the new one.

import { randomBytes } from 'node:crypto'
import { watch } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { Files } from '../ports.ts'

/** The files of the machine. */
export const systemFiles: Files = {
  async read(path) {
    try {
      return await readFile(path, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw cause
    }
  },

  async writeAtomic(path, text, mode = 0o600) {
    const folder = dirname(resolve(path))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // A name of its own for each write: two at once would write into each other's, and the half of both would be renamed.
    const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
    try {
      const file = await open(temporary, 'wx', mode)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (cause) {
      await rm(temporary, { force: true })
      throw cause
    }
    // The rename itself is only safe from a power cut once the folder is on disk.
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },

  watch(path, changed) {
    // The folder is watched, not the file: editors write a new file and rename it over the old one.
    const name = basename(path)
    const watcher = watch(dirname(resolve(path)), { persistent: false }, (_kind, changedName) => {
      // Kubernetes swaps the link `..data` behind the mounted files, whose own entries stay as they are.
      if (changedName === null || changedName === name || changedName === '..data') changed()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  },
}
