import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { request, type TestAnswer } from './http-client.ts'
import { type Exit, startProcess, type TestProcess } from './process.ts'
import type { Scope } from './scope.ts'
import { tempDir } from './temp-dir.ts'
import { runWeir, WEIR, type WeirRun } from './weir.ts'

/** What a control plane starts with. */
export interface ControlSetup {
  /** Published as revision 1. */
  readonly site?: object
  readonly consul?: { readonly url: string; readonly waitMs?: number }
  /** The servers of the DNS that it asks, and how long it waits for them. */
  readonly dns?: object
  /** The stream of changes that it reads. */
  readonly changes?: { readonly url: string; readonly [setting: string]: unknown }
}

/** A real control plane with a state folder that outlives a restart. */
export interface TestControl {
  readonly port: number
  readonly url: string
  readonly adminToken: string
  readonly edgeToken: string
  /** A folder of its own, where CLI commands run and site files may be written. */
  readonly folder: string
  /** A call of its API as admin; a body is sent as JSON. */
  call(method: string, path: string, options?: ControlCallOptions): Promise<TestAnswer>
  /** Runs `weir …args` as an operator who is logged in here, and waits for its end. */
  weir(...args: readonly string[]): Promise<WeirRun>
  stop(): Promise<Exit>
  kill(): Promise<Exit>
  /** Starts it again on the same port; end it first. */
  start(): Promise<void>
}

/** What a call of the API carries. */
export interface ControlCallOptions {
  readonly body?: unknown
  readonly ifMatch?: string
}

/** Starts a control plane for one test and waits until it answers; stopped when the test ends. */
export async function startControl(t: Scope, setup: ControlSetup = {}): Promise<TestControl> {
  const folder = tempDir(t)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  if (setup.site) writeFileSync(join(folder, 'site.yaml'), JSON.stringify(setup.site))
  const bootstrap = {
    listen: `127.0.0.1:${port}`,
    stateDir: join(folder, 'state'),
    ...(setup.site ? { site: 'site.yaml' } : {}),
    ...(setup.consul ? { consul: { url: setup.consul.url, waitMs: setup.consul.waitMs ?? 300_000 } } : {}),
    ...(setup.dns ? { dns: setup.dns } : {}),
    ...(setup.changes ? { changes: setup.changes } : {}),
  }
  const config = join(folder, 'control.yaml')
  writeFileSync(config, JSON.stringify(bootstrap))

  const begin = async () => {
    const child = startProcess(t, process.execPath, [WEIR, 'control', '--config', config], { cwd: folder })
    await child.waitForLine(/control plane and console on http/)
    return child
  }
  let child: TestProcess = await begin()
  const adminToken = (await child.waitForLine(/first admin token, shown this once: (\S+)/))[1] as string
  const edgeToken = (await child.waitForLine(/first edge token, shown this once: (\S+)/))[1] as string
  const env = { WEIR_CONTROL: url, WEIR_TOKEN: adminToken }
  return {
    port,
    url,
    adminToken,
    edgeToken,
    folder,
    call: (method, path, options = {}) => request({ port, method, path, ...callOf(adminToken, options) }),
    weir: (...args) => runWeir(t, args, { cwd: folder, env }),
    stop: () => child.stop(),
    kill: () => child.kill(),
    start: async () => {
      child = await begin()
    },
  }
}

function callOf(token: string, { body, ifMatch }: ControlCallOptions) {
  return {
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
}
