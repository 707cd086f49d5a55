import type { BareItem, Dictionary, Item, ItemParameters, Member } from './structured-fields.ts'

// What is written is canonical: one spelling per value (RFC 9651 §4.1). A value that its type cannot hold is a mistake of the
// caller, who made it with a constructor that states the range: it throws, and never writes something else instead.

const KEY = /^[a-z*][a-z0-9_.*-]*$/
const TOKEN = /^[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*$/
const PRINTABLE = /^[ -~]*$/
const MAX_INTEGER = 999_999_999_999_999
const MAX_DECIMAL_THOUSANDTHS = MAX_INTEGER

/** The field value of an Item. @throws RangeError when a value or key cannot be written @see RFC 9651 §4.1.3 */
export function writeItem(item: Item): string {
  return writeBareItem(item.value) + writeParameters(item.parameters)
}

/** The field value of a List; '' for an empty one: leave the field out then. @throws RangeError as `writeItem` @see RFC 9651 §4.1.1 */
export function writeList(members: readonly Member[]): string {
  return members.map(writeMember).join(', ')
}

/** The field value of a Dictionary; '' for an empty one: leave the field out then. @throws RangeError as `writeItem` @see RFC 9651 §4.1.2 */
export function writeDictionary(members: Dictionary): string {
  const parts: string[] = []
  for (const [key, member] of members) {
    const isTrue = member.kind === 'item' && member.value.type === 'boolean' && member.value.value
    parts.push(isTrue ? writeKey(key) + writeParameters(member.parameters) : `${writeKey(key)}=${writeMember(member)}`)
  }
  return parts.join(', ')
}

function writeMember(member: Member): string {
  if (member.kind === 'item') return writeItem(member)
  return `(${member.items.map(writeItem).join(' ')})${writeParameters(member.parameters)}`
}

function writeParameters(parameters: ItemParameters): string {
  let text = ''
  for (const [key, value] of parameters) {
    const isTrue = value.type === 'boolean' && value.value
    text += isTrue ? `;${writeKey(key)}` : `;${writeKey(key)}=${writeBareItem(value)}`
  }
  return text
}

function writeKey(key: string): string {
  if (!KEY.test(key)) throw unwritable('key', key)
  return key
}

function writeBareItem(item: BareItem): string {
  switch (item.type) {
    case 'integer':
      if (!Number.isInteger(item.value) || Math.abs(item.value) > MAX_INTEGER) throw unwritable('integer', item.value)
      return String(item.value)
    case 'decimal':
      return writeDecimal(item.value)
    case 'string':
      if (!PRINTABLE.test(item.value)) throw unwritable('string', item.value)
      return `"${item.value.replace(/["\\]/g, '\\$&')}"`
    case 'token':
      if (!TOKEN.test(item.value)) throw unwritable('token', item.value)
      return item.value
    case 'boolean':
      return item.value ? '?1' : '?0'
    case 'bytes':
      return `:${item.value.toBase64()}:`
  }
}

/** Rounded to thousandths, halves to the even one, and always with a digit behind the point (RFC 9651 §4.1.5). */
function writeDecimal(value: number): string {
  const scaled = value * 1000
  const floor = Math.floor(scaled)
  const isHalf = scaled - floor === 0.5
  const thousandths = isHalf ? floor + Math.abs(floor % 2) : Math.round(scaled)
  if (!(Math.abs(thousandths) <= MAX_DECIMAL_THOUSANDTHS)) throw unwritable('decimal', value)
  const text = String(thousandths / 1000)
  return text.includes('.') ? text : `${text}.0`
}

function unwritable(type: string, value: unknown): RangeError {
  return new RangeError(`not a structured field ${type}: ${JSON.stringify(value)}`)
}
