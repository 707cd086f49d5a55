// Text to value, with places: YAML 1.2, which JSON is part of. A document may come from anyone who can reach the control plane,
// so size, depth, aliases and tags are bounded here, before anything else looks at it.

import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type YAMLError,
  type Document as YamlDocument,
} from 'yaml'
import { MAX_PROBLEMS } from './explain-refusal.ts'
import { type NodeProblem, PlainValue } from './plain-value.ts'
import { type Problem, pointerMembers } from './problem.ts'
import { inert, shortened } from './sentences.ts'

/** The largest document that is read; also the most that one may become with its aliases written out. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
/** The deepest nesting of maps and lists that is read. */
export const MAX_DOCUMENT_DEPTH = 64

// The library quotes the text that it stumbled over, however long that is.
const MAX_QUOTED = 200

/** A place in a text, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A document that could be read, and where its parts stand; or why it could not. */
export type DocumentReading =
  | {
      readonly ok: true
      readonly value: unknown
      /** Where a value stands: its field name, or the item of a list. What does not exist stands at the nearest that does. */
      positionOf(pointer: string): Position
    }
  | { readonly ok: false; readonly problems: Problem[] }

/**
 * Reads one YAML 1.2 or JSON document. Fields given twice, tags, several documents and what exceeds the bounds are refused.
 * @returns the value and the places of its parts, or at most 100 problems with line and column
 * @throws never
 */
export function readDocument(text: string): DocumentReading {
  // A text of n code units has at least n bytes, so the cheap test spares counting the bytes of what is far too long.
  if (text.length > MAX_DOCUMENT_BYTES || Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
    return refused(new LineCounter(), [{ offset: 0, message: `is too large; a document has at most ${MAX_DOCUMENT_BYTES} bytes` }])
  }
  const lines = new LineCounter()
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const tooDeep = tokens.map(offsetBelowDepth).find((offset) => offset !== null)
  // The composer is recursive, so depth comes first: it must not be the stack that says no.
  if (tooDeep !== undefined) {
    return refused(lines, [{ offset: tooDeep ?? 0, message: `is nested too deep; at most ${MAX_DOCUMENT_DEPTH} levels are read` }])
  }
  const documents = [...composer(lines).compose(tokens)]
  const syntax = syntaxProblems(documents)
  if (syntax.length > 0) return refused(lines, syntax)
  return readOne(documents[0], lines)
}

function composer(lines: LineCounter): Composer {
  // uniqueKeys off: PlainValue looks for equal names itself, in linear time. Merge keys (<<) are YAML 1.1 and stay plain names.
  const options = { version: '1.2', schema: 'core', strict: true, uniqueKeys: false, merge: false, stringKeys: true } as const
  return new Composer({ ...options, prettyErrors: false, logLevel: 'silent', lineCounter: lines })
}

function readOne(document: YamlDocument | undefined, lines: LineCounter): DocumentReading {
  const plain = new PlainValue(MAX_DOCUMENT_BYTES, MAX_PROBLEMS)
  const value = plain.read(document?.contents ?? null)
  if (plain.problems.length > 0) return refused(lines, plain.problems)
  return { ok: true, value, positionOf: (pointer) => positionAt(lines, document ? offsetOf(document, pointer) : 0) }
}

function syntaxProblems(documents: readonly YamlDocument[]): NodeProblem[] {
  const [first, second] = documents
  const problems = documents.flatMap((document) => document.errors.slice(0, MAX_PROBLEMS).map(syntaxProblem))
  if (first?.directives?.yaml.explicit && first.directives.yaml.version !== '1.2') {
    problems.unshift({ offset: 0, message: `is YAML ${first.directives.yaml.version}; write YAML 1.2, without a %YAML line` })
  }
  if (second)
    problems.push({ offset: second.range?.[0] ?? 0, message: 'is a second document; write one document to a file, without a second ---' })
  return problems
}

function syntaxProblem(error: YAMLError): NodeProblem {
  const [offset] = error.pos
  if (error.code === 'TAB_AS_INDENT') return { offset, message: 'is indented with a tab; YAML takes spaces only' }
  if (error.code === 'NON_STRING_KEY') return { offset, message: 'is no field name; a field name is a plain text' }
  return { offset, message: `is not valid YAML: ${inert(shortened(error.message, MAX_QUOTED))}` }
}

/** Where the token goes deeper than is read, or null. A loop with a list of its own: recursion is what it protects from. */
function offsetBelowDepth(token: CST.Token): number | null {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token, depth: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.token.type === 'document' && next.token.value) open.push({ token: next.token.value, depth: next.depth + 1 })
    if (!('items' in next.token)) continue
    if (next.depth > MAX_DOCUMENT_DEPTH) return next.token.offset
    for (const item of next.token.items) {
      if (item.key) open.push({ token: item.key, depth: next.depth + 1 })
      if (item.value) open.push({ token: item.value, depth: next.depth + 1 })
    }
  }
  return null
}

function refused(lines: LineCounter, found: readonly NodeProblem[]): DocumentReading {
  const inOrder = found.toSorted((a, b) => a.offset - b.offset).slice(0, MAX_PROBLEMS)
  return { ok: false, problems: inOrder.map(({ offset, message }) => ({ pointer: '', message, ...positionAt(lines, offset) })) }
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** The offset of the last part of the pointer that exists. */
function offsetOf(document: YamlDocument, pointer: string): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const member of pointerMembers(pointer)) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === member)
      if (!isScalar(pair?.key)) return offset
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
      continue
    }
    const item = isSeq(node) ? node.items[Number(member)] : undefined
    if (item === undefined) return offset
    offset = (item as { range?: readonly number[] | null }).range?.[0] ?? offset
    node = item
  }
  return offset
}
