import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'

const read = (name: string) => readFileSync(new URL(`../../../../control/console/${name}`, import.meta.url), 'utf8')

/** As much of an element as the console uses. Text is text: there is no markup to be parsed. */
export class FakeElement {
  readonly tag: string
  readonly tagName: string
  readonly dataset: Record<string, string> = {}
  readonly attributes: Record<string, string> = {}
  readonly #listeners = new Map<string, (event: object) => void>()
  children: FakeElement[] = []
  parentElement: FakeElement | null = null
  className = ''
  value = ''
  hidden = false
  disabled = false
  selected = false
  #text = ''

  constructor(tag: string) {
    this.tag = tag
    this.tagName = tag.toUpperCase()
  }

  get textContent(): string {
    return this.#text + this.children.map((child) => child.textContent).join(' ')
  }
  set textContent(text: string) {
    this.#text = text
    this.children = []
  }
  get selectedOptions(): FakeElement[] {
    return this.children.filter((child) => child.selected)
  }

  append(...children: FakeElement[]): void {
    this.children.push(...children)
  }
  replaceChildren(...children: FakeElement[]): void {
    this.#text = ''
    this.children = children
  }
  setAttribute(name: string, value: string): void {
    this.attributes[name] = value
  }
  removeAttribute(name: string): void {
    delete this.attributes[name]
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.#listeners.set(name, listener)
  }
  querySelectorAll(): FakeElement[] {
    return []
  }
  focus(): void {}
  reset(): void {}

  /** Does what a person does to it. */
  fire(name: string): void {
    this.#listeners.get(name)?.({ preventDefault() {}, currentTarget: this, submitter: new FakeElement('button') })
  }
  /** The first element below it, or itself, that passes. */
  find(test: (element: FakeElement) => boolean): FakeElement | null {
    if (test(this)) return this
    for (const child of this.children) {
      const found = child.find(test)
      if (found) return found
    }
    return null
  }
}

/**
 * A module of the console and those that it imports, as one script: each is a function that gives what it exports. Of the forms of import
 * and export only those that the console uses are known.
 */
function scriptOf(name: string, seen = new Set<string>()): string {
  seen.add(name)
  const text = read(name)
  const needed = [...text.matchAll(/^import \{[^}]*\} from '\.\/([^']+)'$/gm)].map(([, other]) => other!)
  const before = needed.map((other) => (seen.has(other) ? '' : scriptOf(other, seen)))
  const exported = [...text.matchAll(/^export (?:async function|function|const|let) ([\w$]+)/gm)].map(([, id]) => id)
  const body = text
    .replace(/^import (\{[^}]*\}) from '\.\/([^']+)'$/gm, (_, names: string, other: string) => `const ${names} = ${moduleOf(other)}`)
    .replace(/^export /gm, '')
  return [...before, `const ${moduleOf(name)} = (() => {\n${body}\nreturn { ${exported.join(', ')} }\n})()`].join('\n')
}

const moduleOf = (name: string) => `$${name.replace(/\W/g, '_')}`

/** What `fetch` of the page answers, and what it was asked. */
export type FakeApi = (
  method: string,
  path: string,
  init: { headers: Record<string, string>; body?: string },
) => Response | Promise<Response>

/** Runs the script of the console against a page of fake elements and an API. */
export function openConsole(api: FakeApi, token: string | null) {
  const ids = [...read('index.html').matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]!)
  const elements = new Map(ids.map((id) => [id, new FakeElement(id)]))
  for (const element of elements.values()) element.parentElement = element
  for (const [, id] of read('index.html').matchAll(/\bid="([^"]+)"[^>]*\shidden>/g)) elements.get(id!)!.hidden = true
  const storage = new Map<string, string>(token === null ? [] : [['weir-token', token]])
  const context = {
    document: {
      hidden: false,
      activeElement: null,
      getElementById: (id: string) => elements.get(id) ?? null,
      createElement: (tag: string) => new FakeElement(tag),
      querySelector: () => null,
      querySelectorAll: () => [],
    },
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => void storage.set(key, value),
      removeItem: (key: string) => void storage.delete(key),
    },
    fetch: async (path: string, init: { method?: string; headers: Record<string, string>; body?: string }) =>
      api(init.method ?? 'GET', path, init),
    Node: FakeElement,
    CSS: { escape: (text: string) => text },
    AbortController,
    AbortSignal,
    TextDecoder,
    // Retries and the clock of the page are not what these tests are about; none of them may keep the test alive.
    setTimeout: (run: () => void, ms: number) => setTimeout(run, ms).unref(),
    setInterval: () => 0,
    clearTimeout,
  }
  runInNewContext(scriptOf('console.js'), context)
  return { element: (id: string) => elements.get(id)!, storage }
}
