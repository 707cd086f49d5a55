import t from 'tap'
import { hexDigit, IS_QUOTED_TEXT, IS_TOKEN, IS_VALUE, IS_VISIBLE, isDigit, partOf } from '../../../edge/base/octets.ts'

/** The octets of a class, as text of latin1. */
function members(table: Uint8Array): string {
  return Buffer.from([...table.keys()].filter((octet) => table[octet] === 1)).toString('latin1')
}

const VISIBLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('')
const OBS_TEXT = Array.from({ length: 128 }, (_, i) => String.fromCharCode(0x80 + i)).join('')

t.test('the classes hold what the grammar says, for all 256 octets', async (t) => {
  t.equal(members(IS_VISIBLE), VISIBLE)
  t.equal(members(IS_VALUE), `\t ${VISIBLE}${OBS_TEXT}`)
  t.equal(members(IS_TOKEN), VISIBLE.replace(/["(),/:;<=>?@[\\\]{}]/g, ''), 'a token has no delimiter')
  t.equal(members(IS_QUOTED_TEXT), `\t ${VISIBLE.replace(/["\\]/g, '')}${OBS_TEXT}`)
})

t.test('digits are ASCII digits, of base 10 and 16', async (t) => {
  for (let octet = 0; octet < 256; octet++) {
    const character = String.fromCharCode(octet)
    t.equal(isDigit(octet), /^[0-9]$/.test(character), `digit ${octet}`)
    t.equal(hexDigit(octet), /^[0-9A-Fa-f]$/.test(character) ? Number.parseInt(character, 16) : -1, `hexadecimal digit ${octet}`)
  }
})

t.test('a part of a chunk is a view, and all of it is the chunk', async (t) => {
  const chunk = Buffer.from('hello')
  t.equal(partOf(chunk, 0, 5), chunk)
  const part = partOf(chunk, 1, 3)
  t.equal(part.toString(), 'el')
  t.equal(part.buffer, chunk.buffer)
})
