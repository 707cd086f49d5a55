import type { EdgeError } from '../../../edge/base/edge-error.ts'
import { allocateLease } from '../../../edge/cache/purge-lease.ts'
import { NO_PURGES } from '../../../edge/cache/purge-table.ts'
import type { EdgeBootstrap } from '../../../edge/contract/bootstrap.ts'
import type { PeerHealthReading } from '../../../edge/contract/health.ts'
import type { InheritedSocket } from '../../../edge/server/inherited-sockets.ts'
import { ListenPlan } from '../../../edge/server/listen-plan.ts'
import { Supervisor } from '../../../edge/server/supervisor.ts'
import type { Scope } from '../../support/scope.ts'
import { bootstrapOf } from './start-listener.ts'
import { testPorts, toyWorker } from './toy-worker.ts'

/** What a supervisor of toys may be given beside the number of its workers. */
export interface SupervisorSetup {
  readonly bootstrap?: Partial<EdgeBootstrap>
  readonly inherited?: readonly InheritedSocket[]
  readonly health?: readonly PeerHealthReading[]
}

/** A supervisor whose workers are toys; drained when the test ends. */
export function createSupervisor(t: Scope, workers: number, { bootstrap = {}, inherited = [], health = [] }: SupervisorSetup = {}) {
  const { ports, clock, log, metrics } = testPorts()
  const lost: EdgeError[] = []
  const whole = bootstrapOf(bootstrap)
  const plan = new ListenPlan(whole, inherited, workers)
  const supervisor = new Supervisor({
    entry: toyWorker(t),
    bootstrap: whole,
    plan,
    ports,
    memoryBytes: 1024 ** 3,
    purges: NO_PURGES,
    purgedHere: () => {},
    health: () => health,
    lease: allocateLease(),
    lost: (fault) => lost.push(fault),
  })
  t.teardown(() => supervisor.drain(0))
  return { supervisor, clock, log, metrics, lost }
}
