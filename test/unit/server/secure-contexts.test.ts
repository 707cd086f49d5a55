import t from 'tap'
import type { ListenerTls } from '../../../edge/contract/listener.ts'
import { type Certificate, readCertificate } from '../../../edge/server/certificate.ts'
import { SecureContexts } from '../../../edge/server/secure-contexts.ts'
import { type MadeCertificate, TestAuthority } from '../../support/certificates.ts'

const authority = new TestAuthority(t)
const made = [authority.issue(['example.org', '*.example.org']), authority.issue(['www.example.org', 'example.org', '*.a.example.org'])]

function read({ cert, key }: MadeCertificate): Certificate {
  const certificate = readCertificate(cert, key)
  if ('reason' in certificate) throw new Error(certificate.reason)
  return certificate
}

const TLS: ListenerTls = { certificates: made.map(({ certFile, keyFile }) => ({ certFile, keyFile })), minVersion: '1.2', http2: 'on' }
const certificates = made.map(read)

t.test('an exact name goes before a star, and the first listed before a later one', async (t) => {
  const contexts = new SecureContexts(TLS, { certificates, caText: null })
  const first = contexts.for('example.org')
  const second = contexts.for('www.example.org')
  t.ok(first)
  t.ok(second)
  t.not(first, second)
  t.equal(contexts.for('shop.example.org'), first)
  t.equal(contexts.for('SHOP.EXAMPLE.ORG'), first)
  t.equal(contexts.for('x.a.example.org'), second)
  for (const unknown of ['a.b.example.org.evil', 'y.x.a.example.org', '.example.org', 'org', '', '*.b.example.org', 'example.org.'])
    t.equal(contexts.for(unknown), undefined, unknown)
  t.equal(contexts.defaultOptions.cert, made[0]?.cert)
})

t.test('sessions are kept apart by what they say of the client', async (t) => {
  const context = (clientCertificates: ListenerTls['clientCertificates'], caText: string | null) =>
    new SecureContexts({ ...TLS, ...(clientCertificates ? { clientCertificates } : {}) }, { certificates, caText }).defaultOptions
  const asked = { caFile: authority.caFile, mode: 'require' } as const
  const all = [
    context(undefined, null),
    context(asked, authority.ca),
    context({ ...asked, mode: 'request' }, authority.ca),
    context(asked, `${authority.ca}\n`),
  ]
  t.equal(new Set(all.map(({ sessionIdContext }) => sessionIdContext)).size, all.length)
  t.ok(
    all.every(({ sessionIdContext = '' }) => sessionIdContext.length === 32),
    'as long as OpenSSL takes',
  )
  t.ok((all[1]?.sessionTimeout ?? 0) < (all[0]?.sessionTimeout ?? 0), 'what was verified is believed for a shorter time')
})

t.test('what only OpenSSL sees is told with the file', async (t) => {
  const broken: Certificate = { ...read(made[1]!), keyText: 'no key' }
  t.throws(() => new SecureContexts(TLS, { certificates: [certificates[0]!, broken], caText: null }), {
    code: 'CONFIG_INVALID',
    detail: { file: made[1]?.certFile, reason: /PEM|DECODER|no start line/ },
  })
})
