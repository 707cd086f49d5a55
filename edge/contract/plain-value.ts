// From YAML nodes to plain values, once over: names given twice, tags and aliases that explode are found on the way.
// Our own walk, because the library looks for equal names by comparing each with each, which 100,000 of them turn into a minute.

import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml'
import { didYouMean } from './nearest.ts'
import { quoted } from './sentences.ts'

/** What is wrong with a node, and at which offset of the text. */
export interface NodeProblem {
  readonly offset: number
  readonly message: string
}

/** A value with the length it would have with all its aliases written out. */
interface Plain {
  readonly value: unknown
  readonly expanded: number
}

const NOTHING: Plain = { value: null, expanded: 1 }

/** Turns the nodes of one document into a plain value. Used once. */
export class PlainValue {
  readonly problems: NodeProblem[] = []
  /** By anchor; null while its own node is being read. Bounded by the text. */
  readonly #anchors = new Map<string, Plain | null>()
  readonly #maxExpanded: number
  readonly #maxProblems: number

  /** @param maxExpanded characters that the document may have with its aliases written out */
  constructor(maxExpanded: number, maxProblems: number) {
    this.#maxExpanded = maxExpanded
    this.#maxProblems = maxProblems
  }

  /** The value of a node. Only to be used when `problems` is empty. The depth of nodes must be bounded by the caller. */
  read(node: unknown): unknown {
    return this.#plain(node as ParsedNode | null).value
  }

  #plain(node: ParsedNode | null): Plain {
    if (node === null || this.problems.length >= this.#maxProblems) return NOTHING
    if (isAlias(node)) return this.#alias(node.source, node.range[0])
    if (node.tag !== undefined)
      this.#tell(node.range[0], `the tag ${quoted(node.tag)} is not taken; write plain texts, numbers, lists and maps`)

    const { anchor } = node
    if (anchor !== undefined) this.#anchors.set(anchor, null)
    const plain = this.#bounded(this.#collected(node), node.range[0])
    if (anchor !== undefined) this.#anchors.set(anchor, plain)
    return plain
  }

  // Aliases of aliases grow by powers: nine short lines can stand for a billion values.
  #bounded(plain: Plain, offset: number): Plain {
    if (plain.expanded <= this.#maxExpanded) return plain
    this.#tell(offset, `its aliases make too much of it; written out it may have ${this.#maxExpanded} characters`)
    return NOTHING
  }

  #collected(node: Exclude<ParsedNode, { type: 'ALIAS' }>): Plain {
    if (isMap(node)) return this.#map(node as YAMLMap)
    if (isSeq(node)) return this.#list(node as YAMLSeq)
    if (isScalar(node)) return { value: node.value, expanded: 1 + node.range[1] - node.range[0] }
    return NOTHING
  }

  #map(node: YAMLMap): Plain {
    const members = new Map<string, unknown>()
    let expanded = 2
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0
      if (isScalar(key) && key.tag !== undefined) this.#tell(offset, 'a field name takes no tag; write it plainly')
      if (members.has(name)) this.#tell(offset, `the field ${quoted(name)} is given twice; keep one of them`)
      const plain = this.#plain(value as ParsedNode | null)
      members.set(name, plain.value)
      expanded += name.length + 1 + plain.expanded
    }
    // fromEntries defines members, so "__proto__" becomes one like any other.
    return { value: Object.fromEntries(members), expanded }
  }

  #list(node: YAMLSeq): Plain {
    const plains = node.items.map((item) => this.#plain(item as ParsedNode | null))
    return { value: plains.map((plain) => plain.value), expanded: plains.reduce((sum, plain) => sum + plain.expanded, 2) }
  }

  #alias(name: string, offset: number): Plain {
    const found = this.#anchors.get(name)
    if (found) return found
    if (found === null) this.#tell(offset, `the alias ${quoted(name)} stands within its own anchor; a value cannot hold itself`)
    else this.#tell(offset, `the alias ${quoted(name)} has no anchor before it${didYouMean(name, this.#anchors.keys())}`)
    return NOTHING
  }

  #tell(offset: number, message: string): void {
    if (this.problems.length < this.#maxProblems) this.problems.push({ offset, message })
  }
}
