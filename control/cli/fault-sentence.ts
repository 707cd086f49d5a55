// What a person reads when something escaped: one sentence, never a stack trace.

import { EdgeError } from '../../edge/base/edge-error.ts'

/** Sentences for what systems say most often, by the code of their errors. */
const SYSTEM_SENTENCES: Readonly<Record<string, (cause: SystemCause) => string>> = {
  EADDRINUSE: (cause) => `${addressOf(cause)} is taken by another program; stop it, or choose another port`,
  EADDRNOTAVAIL: (cause) => `${addressOf(cause)} is not an address of this machine`,
  EACCES: (cause) => `${cause.path ?? addressOf(cause)} may not be used by this user`,
  ENOENT: (cause) => `there is no ${cause.path ?? 'such file'}`,
  EISDIR: (cause) => `${cause.path ?? 'that'} is a folder, not a file`,
  ENOSPC: () => 'the disk is full',
  EROFS: (cause) => `${cause.path ?? 'the file system'} cannot be written`,
}

type SystemCause = Error & { readonly code?: string; readonly path?: string; readonly address?: string; readonly port?: number }

/** One sentence about anything that was thrown; control characters are left out so that no terminal obeys them. */
export function faultSentence(thrown: unknown): string {
  return sentenceOf(thrown).replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
}

function sentenceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `something unexpected happened: ${String(thrown)}`
  if (thrown instanceof EdgeError) return [thrown.message.replace(/\.$/, ''), ...details(thrown)].join(': ')
  const sentence = SYSTEM_SENTENCES[(thrown as SystemCause).code ?? '']
  return sentence ? sentence(thrown as SystemCause) : thrown.message
}

function details({ detail, cause }: EdgeError): string[] {
  const members = Object.entries(detail).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const because = cause instanceof Error ? [sentenceOf(cause)] : []
  return [...(members.length > 0 ? [members.join(', ')] : []), ...because]
}

function addressOf({ address, port }: SystemCause): string {
  if (port === undefined) return address ?? 'the address'
  return `${address?.includes(':') ? `[${address}]` : (address ?? '*')}:${port}`
}
