import type { AddressRecord, NameResolver, ServiceRecord } from '../../../../control/discovery/name-resolver.ts'

/** A resolver whose answers the test sets by name; what it is not told of is not there, and an Error is thrown. */
export class ScriptedResolver implements NameResolver {
  readonly names = new Map<string, readonly AddressRecord[] | readonly ServiceRecord[] | Error>()
  /** What was asked for, in order. */
  readonly asked: string[] = []
  closed = false

  addresses(name: string, type: 'A' | 'AAAA'): Promise<readonly AddressRecord[]> {
    return this.#answer(`${type} ${name}`)
  }

  services(name: string): Promise<readonly ServiceRecord[]> {
    return this.#answer(`SRV ${name}`)
  }

  close(): void {
    this.closed = true
  }

  async #answer<T>(question: string): Promise<readonly T[]> {
    this.asked.push(question)
    const answer = this.names.get(question) ?? []
    if (answer instanceof Error) throw answer
    return answer as readonly T[]
  }
}
