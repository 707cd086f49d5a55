// What a control plane shows to Consul: certificates, read once, and tokens, read anew for each question so that they may be replaced.

import { EdgeError } from '../../edge/base/edge-error.ts'
import type { Files } from '../../edge/base/ports.ts'
import type { ConsulConfig } from '../../edge/contract/discovery-settings.ts'

/** Who we are to Consul, and whom we take for it. Texts are PEM. */
export interface ConsulAccess {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The token for a service; null when none is set up. @throws Error when its file cannot be read */
  tokenFor(service: string): Promise<string | null>
}

/** Reads the certificates. @throws EdgeError CONFIG_UNREADABLE with the `path` in its detail */
export async function readConsulAccess(config: ConsulConfig, files: Files): Promise<ConsulAccess> {
  const [ca, cert, key] = await Promise.all([config.caFile, config.certFile, config.keyFile].map((path) => pemOf(path, files)))
  const fileOf = new Map(config.tokens.map(({ service, tokenFile }) => [service, tokenFile]))
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    async tokenFor(service) {
      const path = fileOf.get(service) ?? config.tokenFile
      return path === undefined ? (config.token ?? null) : tokenIn(path, files)
    },
  }
}

async function pemOf(path: string | undefined, files: Files): Promise<string | undefined> {
  if (path === undefined) return undefined
  const text = await files.read(path).catch((cause: unknown) => {
    throw new EdgeError('CONFIG_UNREADABLE', { path }, cause)
  })
  if (text === null) throw new EdgeError('CONFIG_UNREADABLE', { path, reason: 'there is no such file' })
  return text
}

async function tokenIn(path: string, files: Files): Promise<string> {
  const token = (await files.read(path))?.trim() ?? ''
  if (token === '') throw new Error(`there is no token in ${path}`)
  return token
}
