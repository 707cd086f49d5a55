import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
}

/** Makes a certificate with a P-256 key in a folder, signed by itself: wrk looks at no signature. @throws Error without openssl */
export function makeCertificate(folder: string): Certificate {
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', '-subj', '/CN=www.example.org'], { stdio: 'pipe' })
  return { certFile, keyFile }
}
