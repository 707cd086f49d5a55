import { type ClientRequest, request } from 'node:http'
import { createInterface } from 'node:readline'
import type { TestControl } from './control.ts'
import type { Scope } from './scope.ts'

/** What a control plane sent, as far as tests look at it. */
export interface Told {
  readonly type: string
  readonly publication?: { readonly revision: number }
}

/** An edge that is only its stream: it says hello, and then what the script says to each message. */
export interface ScriptedEdge {
  /** All messages so far but for beats. */
  readonly told: readonly Told[]
  /** Says one message. */
  say(message: object): void
}

/**
 * Connects an edge that exists only as lines, e.g. to refuse what a real one would take.
 * @param answer gives what it says to a message, or nothing
 */
export function connectScriptedEdge(
  t: Scope,
  control: Pick<TestControl, 'url' | 'edgeToken'>,
  edgeId: string,
  answer: (message: Told) => object | null,
): ScriptedEdge {
  const told: Told[] = []
  const headers = { authorization: `Bearer ${control.edgeToken}`, 'content-type': 'application/x-ndjson' }
  const stream: ClientRequest = request(`${control.url}/v1/stream`, { method: 'POST', agent: false, headers })
  const say = (message: object) => void stream.write(`${JSON.stringify(message)}\n`)
  stream.on('error', () => {}) // The control plane may end first; the test sees that by what it says.
  stream.on('response', (lines) => {
    const reader = createInterface({ input: lines }).on('error', () => {})
    reader.on('line', (line) => {
      const message = JSON.parse(line) as Told
      if (message.type === 'beat') return
      told.push(message)
      const said = answer(message)
      if (said) say(said)
    })
  })
  t.teardown(() => stream.destroy())
  say({
    type: 'hello',
    edgeId,
    build: 'scripted',
    contract: 1,
    startedAtMs: Date.now(),
    have: { revision: 0, switchSeq: 0, endpointSeq: 0 },
  })
  return { told, say }
}
