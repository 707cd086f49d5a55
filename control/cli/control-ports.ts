// The real ports of a control plane that runs in this process.

import { exposition } from '../../edge/base/exposition.ts'
import { createSlab, type Series, SlabMetrics } from '../../edge/base/metrics.ts'
import { systemClock, systemRandom, systemTimers } from '../../edge/base/system/clock.ts'
import { systemFiles } from '../../edge/base/system/files.ts'
import { openLog } from '../../edge/base/system/log.ts'
import type { ControlPorts } from '../control.ts'

/** The ports, and the end of their log. @param logTarget `stdout`, `stderr`, `off` or a file */
export function controlPorts(logTarget: string): { readonly ports: ControlPorts; flushLog(): void } {
  const slab = createSlab()
  const series: Series[] = []
  const metrics = new SlabMetrics(slab, (one) => series.push(one))
  const sink = openLog(logTarget, { part: 'control' }, metrics)
  const ports = {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    files: systemFiles,
    log: sink.log,
    metrics,
    exposition: () => exposition([{ slab, series, ended: false }]),
  }
  return { ports, flushLog: () => sink.flush() }
}
