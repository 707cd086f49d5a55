import type { Test } from 'tap'
import type { BodyDecoder } from '../../../edge/wire/body-decoder.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { everywhere } from '../../support/wire-reading.ts'

/** What a decoder made of some bytes. */
export interface Decoded {
  /** As latin1. */
  readonly payload: string
  /** How many of the bytes it took. */
  readonly taken: number
  /** The rule that is broken, or null. */
  readonly rule: string | null
  readonly done: boolean
  readonly atEnd: 'whole' | 'cut'
}

/** Decodes bytes, cut at these ascending offsets, until they or the body are over. */
export function decode(decoder: BodyDecoder, text: string, cuts: readonly number[] = []): Decoded {
  const bytes = Buffer.from(text, 'latin1')
  let payload = ''
  let taken = 0
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    const chunk = Buffer.from(bytes.subarray(from, to))
    from = to
    if (decoder.done) break
    const next = decoder.read(chunk, 0, (part) => {
      payload += part.toString('latin1')
    })
    if (next instanceof WireFault) return { payload, taken, rule: next.rule, done: decoder.done, atEnd: decoder.atEnd }
    taken += next
  }
  return { payload, taken, rule: null, done: decoder.done, atEnd: decoder.atEnd }
}

/** Decodes bytes whole, and checks that it comes to the same when they are cut in two anywhere, and when they come one by one. */
export function decodeAnyCut(t: Test, make: () => BodyDecoder, text: string): Decoded {
  const whole = decode(make(), text)
  const told = (decoded: Decoded) => (decoded.rule === null ? decoded : { ...decoded, taken: 0 })
  t.same(told(decode(make(), text, everywhere(text.length))), told(whole), `in bytes: ${JSON.stringify(text)}`)
  for (let at = 1; at < text.length; at++) {
    const cut = decode(make(), text, [at])
    // What is right is said once for all cuts.
    if (JSON.stringify(told(cut)) !== JSON.stringify(told(whole))) t.same(told(cut), told(whole), `cut at ${at}: ${JSON.stringify(text)}`)
  }
  return whole
}
