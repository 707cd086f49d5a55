// The files of the console, read once at the start. The list is closed: a file that is put into the folder is not served.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Files } from '../../edge/base/ports.ts'
import type { ConsoleFile } from './routes-console.ts'

const FOLDER = fileURLToPath(new URL('../console/', import.meta.url))

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/** Where each file is served, its name in the folder, and its type. */
const FILES: readonly (readonly [path: string, name: string, contentType: string])[] = [
  ['/', 'index.html', HTML],
  ['/console', 'index.html', HTML],
  ['/console/console.js', 'console.js', SCRIPT],
  ['/console/page.js', 'page.js', SCRIPT],
  ['/console/troubles.js', 'troubles.js', SCRIPT],
  ['/console/cache.js', 'cache.js', SCRIPT],
  ['/console/endpoints.js', 'endpoints.js', SCRIPT],
  ['/console/traffic.js', 'traffic.js', SCRIPT],
  ['/console/console.css', 'console.css', STYLE],
  ['/console/icon.svg', 'icon.svg', 'image/svg+xml'],
]

/** Reads the files of the console; one that is missing is not served. @throws the system's error when one cannot be read */
export async function readConsoleFiles(files: Files): Promise<ConsoleFile[]> {
  const read = FILES.map(async ([path, name, contentType]) => {
    const text = await files.read(join(FOLDER, name))
    return text === null ? [] : [{ path, contentType, text }]
  })
  return (await Promise.all(read)).flat()
}
