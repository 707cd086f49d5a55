// Items cut out of a JSON text as they stand there: parsed and written anew, a number with many digits would be another number.
//
// The whole is parsed once, so that it is known to be JSON and which part is which; the cuts are found by a walk over the text, which may
// then trust it. O(length), no recursion.

/** Where the items of an answer are. */
export interface ItemsShape {
  /** The member of an item that is its id. */
  readonly idField: string
  /** The member of the answer that has the items; undefined when the answer is the items. */
  readonly itemsField?: string | undefined
}

interface Part {
  /** The name of a member; empty in a list. */
  readonly name: string
  readonly from: number
  readonly to: number
}

/**
 * The JSON texts of the wanted items, by id, out of a list of objects or an object by id. An item that stands twice, or is null, is none.
 * @returns null when the text is no JSON, or has no items where they should be
 */
export function splitItems(
  text: string,
  wanted: ReadonlySet<string>,
  { idField, itemsField }: ItemsShape,
): ReadonlyMap<string, string> | null {
  let items = parsed(text)
  let at = itemsField === undefined ? 0 : -1
  if (itemsField !== undefined) {
    if (!isObject(items)) return null
    for (const { name, from } of partsAt(text, 0)) if (name === itemsField) at = from
    items = memberOf(items, itemsField)
  }
  if (at < 0 || typeof items !== 'object' || items === null) return null
  const parts = partsAt(text, at)
  const found = new Map<string, string>()
  const twice = new Set<string>()
  for (const [index, { name, from, to }] of parts.entries()) {
    const id = Array.isArray(items) ? idOf(items[index], idField) : text.startsWith('null', from) ? null : name
    if (id === null || !wanted.has(id)) continue
    if (found.has(id)) twice.add(id)
    found.set(id, text.slice(from, to))
  }
  for (const id of twice) found.delete(id)
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whether it is JSON is what was asked.
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function idOf(item: unknown, idField: string): string | null {
  if (!isObject(item)) return null
  const id = memberOf(item, idField)
  if (typeof id === 'string') return id
  return Number.isSafeInteger(id) ? String(id) : null
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The parts of the list or object that begins at, or behind blanks at, a place in a JSON text. */
function partsAt(text: string, place: number): Part[] {
  const begin = pastBlanks(text, place)
  const named = text[begin] === '{'
  const parts: Part[] = []
  let at = pastBlanks(text, begin + 1)
  while (text[at] !== '}' && text[at] !== ']') {
    let name = ''
    if (named) {
      const nameEnd = endOfString(text, at)
      name = JSON.parse(text.slice(at, nameEnd))
      at = pastBlanks(text, pastBlanks(text, nameEnd) + 1)
    }
    const to = endOfValue(text, at)
    parts.push({ name, from: at, to })
    at = pastBlanks(text, to)
    if (text[at] === ',') at = pastBlanks(text, at + 1)
  }
  return parts
}

function pastBlanks(text: string, place: number): number {
  let at = place
  while (text.charCodeAt(at) <= 0x20) at += 1
  return at
}

function endOfString(text: string, place: number): number {
  let at = place + 1
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1
  return at + 1
}

function endOfValue(text: string, place: number): number {
  const first = text[place]!
  if (first === '"') return endOfString(text, place)
  let at = place
  if (first !== '{' && first !== '[') {
    while (!/[\s,\]}]/.test(text[at]!)) at += 1
    return at
  }
  let depth = 0
  do {
    const character = text[at]!
    if (character === '{' || character === '[') depth += 1
    if (character === '}' || character === ']') depth -= 1
    at = character === '"' ? endOfString(text, at) : at + 1
  } while (depth > 0)
  return at
}
