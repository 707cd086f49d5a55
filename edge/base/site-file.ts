// A site from its file, with the files that it names.

import { dirname, resolve } from 'node:path'
import { bodyFilesOf } from '../contract/body-files.ts'
import { readSite, type SiteReading } from '../contract/read-site.ts'
import type { Files } from './ports.ts'

/** A site as it was read, and all the text that it was read from. */
export interface SiteFileReading {
  readonly reading: SiteReading
  /** Changes whenever any of the files does. */
  readonly texts: string
}

/**
 * Reads a site, and the bodies of its fallbacks from the files that it names.
 * @param path where the text stands; the files stand beside it
 * @throws never
 */
export async function readSiteText(text: string, path: string, files: Pick<Files, 'read'>): Promise<SiteFileReading> {
  const bodies = new Map<string, string>()
  for (const name of bodyFilesOf(text)) {
    const body = await files.read(resolve(dirname(path), name)).catch(() => null)
    if (body !== null) bodies.set(name, body)
  }
  return { reading: readSite(text, bodies), texts: [text, ...bodies].join('\0') }
}
