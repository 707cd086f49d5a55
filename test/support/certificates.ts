import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scope } from './scope.ts'
import { tempDir } from './temp-dir.ts'

/** A certificate and its key, as files and as text. */
export interface MadeCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

/** An authority of a test: makes certificates with the `openssl` of the machine, in a folder that goes with the test. */
export class TestAuthority {
  readonly caFile: string
  readonly folder: string
  readonly #keyFile: string
  #made = 0

  constructor(t: Scope, name = 'Test Authority') {
    this.folder = tempDir(t)
    this.caFile = join(this.folder, 'ca.pem')
    this.#keyFile = join(this.folder, 'ca.key')
    const files = ['-keyout', this.#keyFile, '-out', this.caFile]
    openssl(['req', '-x509', ...NEW_KEY, ...files, '-days', '30', '-subj', `/CN=${name}`])
  }

  /** The authority's own certificate, PEM. */
  get ca(): string {
    return readFileSync(this.caFile, 'utf8')
  }

  /** Issues a certificate for DNS names; with none it is fit for a client only. */
  issue(names: readonly string[], days = 10): MadeCertificate {
    const base = join(this.folder, `made-${++this.#made}`)
    const [certFile, keyFile] = [`${base}.pem`, `${base}.key`]
    const alternatives = names.map((name) => `DNS:${name}`).join(',')
    writeFileSync(`${base}.ext`, names.length > 0 ? `subjectAltName=${alternatives}\n` : 'extendedKeyUsage=clientAuth\n')
    openssl(['req', '-new', ...NEW_KEY, '-keyout', keyFile, '-out', `${base}.csr`, '-subj', `/CN=made-${this.#made}`])
    const signer = ['-CA', this.caFile, '-CAkey', this.#keyFile, '-set_serial', String(this.#made)]
    openssl(['x509', '-req', '-in', `${base}.csr`, ...signer, '-out', certFile, '-days', String(days), '-extfile', `${base}.ext`])
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
