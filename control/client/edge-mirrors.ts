// Asks the admin port of an edge what came of its mirrors.

import { request } from 'node:http'
import Type from 'typebox'
import { MAX_MIRRORS, type MirrorReading, MirrorReadingSchema, mergedMirrors } from '../../edge/contract/mirror-reading.ts'
import { validate } from '../../edge/contract/validate.ts'

/** The longest answer: all mirrors that there can be, with their examples. */
const MAX_BYTES = 16 * 1024 * 1024
const TIMEOUT_MS = 10_000

const PageSchema = Type.Object({ mirrors: Type.Array(MirrorReadingSchema, { maxItems: MAX_MIRRORS }) })

/** What an edge answered. */
export type MirrorsAnswer =
  | { readonly ok: true; readonly mirrors: readonly MirrorReading[] }
  | { readonly ok: false; readonly sentence: string }

/** The mirrors of an edge. Never rejects. @param edge its admin port, e.g. `http://127.0.0.1:9901` */
export function edgeMirrors(edge: URL): Promise<MirrorsAnswer> {
  return new Promise((resolve) => {
    const broken = (cause: Error) => resolve({ ok: false, sentence: `${edge.origin} does not answer: ${cause.message}` })
    const sent = request(new URL('/debug/mirrors', edge), { agent: false, timeout: TIMEOUT_MS })
    sent.on('timeout', () => sent.destroy(new Error('it is silent')))
    sent.on('error', broken)
    sent.on('response', (answer) => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        if (bytes > MAX_BYTES) answer.destroy(new Error('its answer is too long'))
        else chunks.push(chunk)
      })
      answer.on('error', broken)
      answer.on('end', () => resolve(read(Buffer.concat(chunks).toString('utf8'), edge)))
    })
    sent.end()
  })
}

function read(text: string, edge: URL): MirrorsAnswer {
  const page = validate(PageSchema, parsed(text))
  if (page.ok) return { ok: true, mirrors: mergedMirrors(page.value.mirrors) }
  return { ok: false, sentence: `${edge.origin} is not the admin port of an edge that knows of mirrors` }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
