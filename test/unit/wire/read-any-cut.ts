import type { Test } from 'tap'
import { everywhere, type Reading } from '../../support/wire-reading.ts'

/** Above this, every single cut is too many; in bytes it comes all the same. */
const SHORT_BYTES = 400

/** Reads messages whole, and checks that it comes to the same in bytes and, when they are short, cut in two anywhere. */
export function readAnyCut<Head>(t: Test, text: string, read: (bytes: Buffer, cuts: readonly number[]) => Reading<Head>): Reading<Head> {
  const bytes = Buffer.from(text, 'latin1')
  const whole = read(bytes, [])
  const expected = JSON.stringify(whole)
  const cuts = bytes.length > SHORT_BYTES ? [] : everywhere(bytes.length).map((at) => [at])
  const torn = [everywhere(bytes.length), ...cuts].find((at) => JSON.stringify(read(bytes, at)) !== expected)
  t.equal(torn, undefined, `read the same however it is cut: ${JSON.stringify(text.slice(0, 100))}`)
  return whole
}
