import { type Exit, TestProcess } from './process.ts'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

/** How a service is started, and how it shows that it is ready. */
export interface ServiceRecipe {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Truthy once the service answers; asked every 10 ms. */
  readonly isReady: () => Promise<unknown>
  readonly deadlineMs?: number
}

/** A real service that can be stopped, killed, paused and started again on the same port. */
export class Service {
  readonly #recipe: ServiceRecipe
  #process: TestProcess

  private constructor(recipe: ServiceRecipe) {
    this.#recipe = recipe
    this.#process = new TestProcess(recipe.command, recipe.args)
  }

  /** Starts it and waits until it is ready; killed when the test ends. */
  static async start(t: Scope, recipe: ServiceRecipe): Promise<Service> {
    const service = new Service(recipe)
    t.teardown(() => service.kill())
    await service.#ready()
    return service
  }

  /** Process id of the present run. */
  get pid(): number {
    return this.#process.pid
  }

  /** What the present run wrote. */
  get output(): string {
    return this.#process.output
  }

  /** Ends it in good order. */
  stop(): Promise<Exit> {
    return this.#process.stop()
  }

  /** Ends it as a crash would. */
  kill(): Promise<Exit> {
    return this.#process.kill()
  }

  /** Stops its clock: connections stay open and nobody answers (SIGSTOP). */
  pause(): void {
    this.#process.signal('SIGSTOP')
  }

  /** Lets a paused service go on (SIGCONT). */
  resume(): void {
    this.#process.signal('SIGCONT')
  }

  /** Starts it again on the same ports, killing it first if it still runs; waits until it is ready. */
  async restart(): Promise<void> {
    await this.#process.kill()
    this.#process = new TestProcess(this.#recipe.command, this.#recipe.args)
    await this.#ready()
  }

  async #ready(): Promise<void> {
    const { name, isReady, deadlineMs = 60_000 } = this.#recipe
    const check = async () => this.#process.exit !== null || (await isReady())
    await until(check, { what: `${name} to be ready`, deadlineMs })
    if (this.#process.exit) throw new Error(`${name} ended while starting; it wrote:\n${this.#process.output.slice(-4_000)}`)
  }
}
