// What `weir up` starts, worked out from its file and flags. Pure: paths and documents, nothing is touched.

import { dirname, join, resolve } from 'node:path'
import type { ControlBootstrap, EdgeBootstrap, UpBootstrap } from '../../edge/contract/bootstrap.ts'

/** Where everything that `weir up` writes is kept, beside the state of edge and control plane. */
const FOLDER = '.weir'

/** Everything `weir up` needs to know before it starts. */
export interface UpPlan {
  /** The site file: published first, and with `--site` again whenever it differs from what stands. */
  readonly site: string
  readonly control: ControlBootstrap
  /** The edge's bootstrap; the address of its control plane is added when it is known. */
  readonly edge: Omit<EdgeBootstrap, 'control'>
  /** Ports of the demo origins; null when there are none. */
  readonly demoPorts: readonly number[] | null
  readonly files: { readonly edgeBootstrap: string; readonly edgeToken: string; readonly edgeLog: string; readonly controlLog: string }
}

/** What the plan is made of. */
export interface UpWishes {
  readonly bootstrap: UpBootstrap
  /** Where the bootstrap was read from; the paths in it are relative to it. */
  readonly configPath: string
  /** `--site`, relative to where the command runs; undefined when it was not given. */
  readonly siteFlag: string | undefined
}

/** Works the plan out, or gives null when no site is named at all. */
export function planUp({ bootstrap, configPath, siteFlag }: UpWishes): UpPlan | null {
  const { edge, control, demo, demoPorts } = bootstrap
  const beside = (path: string) => resolve(dirname(configPath), path)
  const ownSite = control.site === undefined ? undefined : beside(control.site)
  const site = siteFlag ?? ownSite
  if (site === undefined) return null
  return {
    site,
    control: { ...control, site },
    edge: {
      ...edge,
      // A line per request would bury the lines of this command, so it goes to a file.
      accessLog: edge.accessLog === 'stdout' ? join(FOLDER, 'access.log') : edge.accessLog,
      ...(edge.site === undefined ? {} : { site: beside(edge.site) }),
    },
    // Whoever brings another site brings origins.
    demoPorts: demo === 'on' && (siteFlag === undefined || resolve(siteFlag) === ownSite) ? demoPorts : null,
    files: {
      edgeBootstrap: join(FOLDER, 'edge.json'),
      edgeToken: join(FOLDER, 'edge-token'),
      edgeLog: join(FOLDER, 'edge.log'),
      controlLog: join(FOLDER, 'control.log'),
    },
  }
}

/** The bootstrap of the edge as the text of a file. */
export function edgeBootstrapText(plan: UpPlan, controlUrl: string): string {
  const control = { url: controlUrl, tokenFile: resolve(plan.files.edgeToken) }
  return `${JSON.stringify({ ...plan.edge, control }, null, 2)}\n`
}
