// Which requests are copied, and how often.

import { MIRROR_FIELD, type MirrorConfig } from '../contract/mirror.ts'

/** Methods that ask for nothing to be changed (RFC 9110 §9.2.1). TRACE is not copied: it says nothing of a site. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const MARK = MIRROR_FIELD.toLowerCase()

/** Whether requests like this one are copied: by its method, and unless it is a copy itself, whoever made it. */
export function isCopied(method: string, fields: { has(name: string): boolean }, writes: MirrorConfig['writes']): boolean {
  if (method === 'CONNECT' || method === 'TRACE') return false
  return (READS.has(method) || writes === 'on') && !fields.has(MARK)
}

/** How many copies of a request are sent. @param draw chance, in [0, 1) */
export function copiesOf({ sample, times }: Pick<MirrorConfig, 'sample' | 'times'>, draw: number): number {
  return draw < sample ? times : 0
}
