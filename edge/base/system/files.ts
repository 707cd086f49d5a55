// Real files. A file is replaced whole or not at all: what a crash leaves behind is the old one or the new one.

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
    const temporary = `${path}.${process.pid}.new`
    try {
      const file = await open(temporary, 'w', mode)
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
      if (changedName === null || changedName === name) changed()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  },
}
