import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Requests in time order. Keys are numbered by first appearance. */
export interface Trace {
  readonly name: string
  readonly keys: Int32Array
  /** What each request asks for weighs; 1 where the trace has no sizes. */
  readonly sizes: Float64Array
  readonly distinct: number
  /** Sum of the sizes of all distinct keys. */
  readonly footprint: number
  readonly isSized: boolean
}

const MAX_FILE_BYTES = 2 ** 28
const MAX_TEXT_BYTES = 2 ** 29
const MAX_REQUESTS = 20_000_000
const NEWLINE = 10

/**
 * Reads a trace: gzip or plain text, one request a line, `KEY` or `KEY SIZE`; what follows is left out. A key whose size changes is another key.
 * No more than the first 20 million requests are taken.
 * @throws RangeError when a file is larger than 256 MiB, or 512 MiB unpacked; Error when a line is no request
 */
export function readTrace(file: string): Trace {
  if (statSync(file).size > MAX_FILE_BYTES) throw new RangeError(`${file} is too large`)
  const raw = readFileSync(file)
  const text = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw, { maxOutputLength: MAX_TEXT_BYTES }) : raw
  const ids = new Map<string, number>()
  const keys: number[] = []
  const sizes: number[] = []
  let [footprint, sized] = [0, 0]
  for (const line of lines(text)) {
    if (keys.length === MAX_REQUESTS) break
    const [key = '', size] = line.split(/\s+/, 2)
    const weight = size === undefined || size === '' ? 1 : Math.max(1, Number(size))
    if (key === '' || !Number.isFinite(weight)) throw new Error(`${file}: line ${keys.length + 1} is no request`)
    if (size !== undefined) sized++
    const name = weight === 1 ? key : `${key} ${weight}`
    let id = ids.get(name)
    if (id === undefined) {
      id = ids.size
      ids.set(name, id)
      footprint += weight
    }
    keys.push(id)
    sizes.push(weight)
  }
  const name = basename(file).replace(/\.txt(\.gz)?$/, '')
  return { name, keys: Int32Array.from(keys), sizes: Float64Array.from(sizes), distinct: ids.size, footprint, isSized: sized > 0 }
}

function* lines(text: Buffer): Generator<string> {
  let from = 0
  while (from < text.length) {
    const end = text.indexOf(NEWLINE, from)
    const to = end === -1 ? text.length : end
    const line = text.toString('latin1', from, to).trim()
    if (line !== '') yield line
    from = to + 1
  }
}
