import type { ConsulService, HealthAnswer, HealthCatalog, HealthQuestion } from '../../../../control/discovery/health-catalog.ts'
import type { Abort } from '../../../../edge/base/abort.ts'

/** The service of most tests, as it is asked for. */
export const SHOP: ConsulService = { service: 'shop', tags: [], datacenter: null, accept: 'passing', zoneMeta: 'zone' }

/** A question that waits for the test to answer it. */
export interface Pending extends HealthQuestion {
  answer(answer: Partial<HealthAnswer>): Promise<void>
  fail(message: string): Promise<void>
}

/** A catalog whose answers are given by the test, one by one. */
export class ScriptedCatalog implements HealthCatalog {
  readonly pending: Pending[] = []
  asked = 0
  closed = false

  ask(question: HealthQuestion, abort: Abort): Promise<HealthAnswer> {
    this.asked++
    return new Promise((resolve, reject) => {
      const settle = async (run: () => void) => {
        this.pending.splice(this.pending.indexOf(pending), 1)
        run()
        await turns()
      }
      const pending: Pending = {
        ...question,
        answer: (answer) => settle(() => resolve({ index: '1', knownLeader: 'true', lastContact: '0', body: [], ...answer })),
        fail: (message) => settle(() => reject(new Error(message))),
      }
      this.pending.push(pending)
      abort.on(() => reject(new Error('request aborted')))
    })
  }

  close(): void {
    this.closed = true
  }

  /** The question that waits for this service, or for the only one. */
  question(service?: string): Pending {
    const found = this.pending.find((each) => service === undefined || each.service.service === service)
    if (!found) throw new Error(`nothing is asked${service === undefined ? '' : ` about ${service}`}`)
    return found
  }
}

/** Lets what is settled run on. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
}

/** A healthy instance as Consul lists it. */
export function instance(address: string, port: number): object {
  return { Node: { Address: '10.9.9.9' }, Service: { Address: address, Port: port, Weights: { Passing: 1, Warning: 1 } } }
}
