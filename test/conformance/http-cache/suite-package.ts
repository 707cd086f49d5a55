// The public conformance suite, as it was published. It is fetched once into the user's cache, checked against a pinned digest, and
// unpacked there; it is no dependency of Weir, since it brings an old npm with it.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const NAME = 'http-cache-tests'
const VERSION = '0.4.5'
/** SHA-512 of the published archive, as its registry states it. */
const DIGEST = 'DjuwN9nUZXLTW+wav1LRESCZNVxl8SshwOy4z1pxuWbWt5/ay6sM9QQ1lebBaDO6P1IMBoK6mdf+PuVP/QNL8A=='

const run = promisify(execFile)

/**
 * The folder with the unpacked suite; fetched when it is not there yet.
 * @throws Error when it cannot be fetched, or is not what was published
 */
export async function suiteFolder(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'weir', `${NAME}-${VERSION}`)
  if (existsSync(join(cache, 'package', 'tests', 'index.mjs'))) return join(cache, 'package')
  mkdirSync(join(cache, '..'), { recursive: true })
  const work = mkdtempSync(`${cache}-`)
  try {
    const archive = await fetchArchive(work)
    await run('tar', ['-xzf', archive, '-C', work])
    // Whole or not at all, also with two runs at once: whoever comes second finds the folder there, and takes it.
    if (!existsSync(cache)) renameSync(work, cache)
  } catch (cause) {
    if (!existsSync(join(cache, 'package'))) throw cause
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return join(cache, 'package')
}

async function fetchArchive(folder: string): Promise<string> {
  await run('npm', ['pack', `${NAME}@${VERSION}`, '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: folder })
  const archive = join(folder, `${NAME}-${VERSION}.tgz`)
  if (createHash('sha512').update(readFileSync(archive)).digest('base64') === DIGEST) return archive
  throw new Error(`${archive} is not what ${NAME} ${VERSION} was published as`)
}
