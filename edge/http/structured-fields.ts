// The types of structured fields: what `structured-fields-parse.ts` gives and `structured-fields-write.ts` takes.
// A subset of RFC 9651: all of RFC 8941; Dates and Display Strings are not known, and a field with one does not parse.

/** A value without parameters. Ranges and character sets are those of RFC 9651 §3.3. */
export type BareItem =
  | { readonly type: 'integer'; readonly value: number }
  | { readonly type: 'decimal'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'token'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'bytes'; readonly value: Uint8Array }

/** Parameters by key, in order. A Map, since keys come from the wire. */
export type ItemParameters = ReadonlyMap<string, BareItem>

/** A value and its parameters. */
export interface Item {
  readonly kind: 'item'
  readonly value: BareItem
  readonly parameters: ItemParameters
}

/** Several items in parentheses, with parameters of their own. */
export interface InnerList {
  readonly kind: 'inner-list'
  readonly items: readonly Item[]
  readonly parameters: ItemParameters
}

/** What a List or a Dictionary holds. */
export type Member = Item | InnerList

/** Members by key, in order. */
export type Dictionary = ReadonlyMap<string, Member>

/** Most members a list, dictionary, inner list or set of parameters may have; a field with more does not parse (RFC 9651 §3.1, §3.2). */
export const MAX_MEMBERS = 1024

/** An Integer; at most fifteen digits. */
export function integer(value: number): BareItem {
  return { type: 'integer', value }
}

/** A Decimal; at most twelve digits before the point, and rounded to three behind it. */
export function decimal(value: number): BareItem {
  return { type: 'decimal', value }
}

/** A String of printable ASCII, written in quotes. */
export function string(value: string): BareItem {
  return { type: 'string', value }
}

/** A Token: a bare word. */
export function token(value: string): BareItem {
  return { type: 'token', value }
}

/** A Boolean, written `?1` or `?0`, and as the bare key where it is a parameter or member and true. */
export function boolean(value: boolean): BareItem {
  return { type: 'boolean', value }
}

/** A Byte Sequence, written in base64. */
export function bytes(value: Uint8Array): BareItem {
  return { type: 'bytes', value }
}

/** An item with these parameters, in the order of the record. */
export function item(value: BareItem, parameters: Readonly<Record<string, BareItem>> = {}): Item {
  return { kind: 'item', value, parameters: new Map(Object.entries(parameters)) }
}

/** An inner list with these parameters, in the order of the record. */
export function innerList(items: readonly Item[], parameters: Readonly<Record<string, BareItem>> = {}): InnerList {
  return { kind: 'inner-list', items, parameters: new Map(Object.entries(parameters)) }
}
