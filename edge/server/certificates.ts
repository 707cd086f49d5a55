// The certificates of one listener: read at the start, and again when a file changes or when asked to. New files are taken all
// together or not at all; what cannot be used is said in the log, and what is in force stays. Connections that stand keep theirs.

import { EdgeError } from '../base/edge-error.ts'
import type { Cancel, Ports } from '../base/ports.ts'
import type { ListenerTls } from '../contract/listener.ts'
import { type Certificate, readCertificate, readChain } from './certificate.ts'
import { SecureContexts, type TlsMaterial } from './secure-contexts.ts'

/** Certificate and key are written one after the other; the last one counts. */
const SETTLE_MS = 250

/** What certificates need of the world. */
export type CertificatePorts = Pick<Ports, 'clock' | 'timers' | 'log' | 'metrics' | 'files'>

/** The certificates of one listener. */
export class Certificates {
  readonly #tls: ListenerTls
  readonly #ports: CertificatePorts
  #material: TlsMaterial | null = null
  #contexts: SecureContexts | null = null
  #stopWatching: readonly Cancel[] = []
  #stopSettling: Cancel = () => {}
  /** The reload under way: another one begins behind it, so that the newest files win. */
  #reloading: Promise<unknown> = Promise.resolve()

  constructor(tls: ListenerTls, ports: CertificatePorts) {
    this.#tls = tls
    this.#ports = ports
  }

  /** The contexts in force. @throws EdgeError INTERNAL before anything was loaded */
  get contexts(): SecureContexts {
    if (this.#contexts === null) throw new EdgeError('INTERNAL', { reason: 'no certificate is loaded' })
    return this.#contexts
  }

  /** Reads all files for the first time. @throws EdgeError CONFIG_UNREADABLE, CONFIG_INVALID with file and reason */
  async load(): Promise<void> {
    try {
      await this.#take()
    } catch (thrown) {
      this.#count('failed')
      throw thrown
    }
  }

  /** Reads all files again. Never throws. @returns whether new contexts are in force */
  reload(): Promise<'changed' | 'same' | 'refused'> {
    const reload = this.#reloading.then(() => this.#reload())
    this.#reloading = reload
    return reload
  }

  /** Calls `changed` when files may have changed, once for changes close together. */
  watch(changed: () => void): void {
    this.#stopWatching = [...new Set(filesOf(this.#tls))].map((path) =>
      this.#ports.files.watch(path, () => {
        this.#stopSettling()
        this.#stopSettling = this.#ports.timers.after(SETTLE_MS, changed)
      }),
    )
  }

  /** Watches no longer. */
  stop(): void {
    for (const stop of this.#stopWatching) stop()
    this.#stopSettling()
  }

  async #reload(): Promise<'changed' | 'same' | 'refused'> {
    const { log } = this.#ports
    try {
      const outcome = await this.#take()
      if (outcome === 'changed') log.info({ event: 'certificates-changed', names: this.#material?.certificates.map(({ name }) => name) })
      return outcome
    } catch (thrown) {
      this.#count('failed')
      const detail = thrown instanceof EdgeError ? thrown.detail : { reason: String(thrown) }
      log.error({ event: 'certificates-refused', ...detail, served: 'the certificates of before' })
      return 'refused'
    }
  }

  async #take(): Promise<'changed' | 'same'> {
    const material = await readMaterial(this.#tls, this.#ports.files)
    if (this.#material !== null && isSame(this.#material, material)) return 'same'
    this.#contexts = new SecureContexts(this.#tls, material)
    this.#expire(this.#material?.certificates ?? [], material.certificates)
    this.#material = material
    this.#count('ok')
    return 'changed'
  }

  // A certificate out of its time is served all the same: clients that look refuse it, those that do not are no worse off.
  #expire(before: readonly Certificate[], now: readonly Certificate[]): void {
    const { clock, log, metrics } = this.#ports
    const gauge = (name: string) => metrics.gauge('weir_certificate_expiry_timestamp_seconds', [name])
    // Not 0: that would look like one that ended long ago.
    for (const { name } of before) gauge(name).set(Number.NaN)
    for (const { name, beginsAtMs, endsAtMs } of now) {
      gauge(name).set(Math.round(endsAtMs / 1_000))
      const nowMs = clock.wallMs()
      if (endsAtMs < nowMs) log.warn({ event: 'certificate-expired', name, endedMsAgo: nowMs - endsAtMs })
      if (beginsAtMs > nowMs) log.warn({ event: 'certificate-not-yet-valid', name, beginsInMs: beginsAtMs - nowMs })
    }
  }

  #count(outcome: 'ok' | 'failed'): void {
    this.#ports.metrics.counter('weir_certificate_loads_total', [outcome]).add(1)
  }
}

function filesOf(tls: ListenerTls): string[] {
  const files = tls.certificates.flatMap(({ certFile, keyFile }) => [certFile, keyFile])
  return tls.clientCertificates ? [...files, tls.clientCertificates.caFile] : files
}

async function readMaterial(tls: ListenerTls, files: Ports['files']): Promise<TlsMaterial> {
  const certificates: Certificate[] = []
  for (const { certFile, keyFile } of tls.certificates) {
    const read = readCertificate(await readText(certFile, files), await readText(keyFile, files))
    if ('reason' in read) throw new EdgeError('CONFIG_INVALID', { file: read.file === 'cert' ? certFile : keyFile, reason: read.reason })
    certificates.push(read)
  }
  const caFile = tls.clientCertificates?.caFile
  if (caFile === undefined) return { certificates, caText: null }
  const caText = await readText(caFile, files)
  const authority = readChain(caText)
  if (typeof authority === 'string') throw new EdgeError('CONFIG_INVALID', { file: caFile, reason: authority })
  return { certificates, caText }
}

async function readText(path: string, files: Ports['files']): Promise<string> {
  let text: string | null
  try {
    text = await files.read(path)
  } catch (cause) {
    throw new EdgeError('CONFIG_UNREADABLE', { file: path, reason: cause instanceof Error ? cause.message : String(cause) }, cause)
  }
  if (text === null) throw new EdgeError('CONFIG_UNREADABLE', { file: path, reason: 'there is no such file' })
  return text
}

function isSame(before: TlsMaterial, now: TlsMaterial): boolean {
  if (before.caText !== now.caText || before.certificates.length !== now.certificates.length) return false
  return before.certificates.every(({ certText, keyText }, index) => {
    const other = now.certificates[index]!
    return certText === other.certText && keyText === other.keyText
  })
}
