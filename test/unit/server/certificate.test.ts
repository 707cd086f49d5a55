import t from 'tap'
import { readCertificate, readChain } from '../../../edge/server/certificate.ts'
import { TestAuthority } from '../../support/certificates.ts'

const authority = new TestAuthority(t)
const made = authority.issue(['WWW.Example.org', '*.shop.example'], 10)

t.test('names, times and texts are those of the first certificate', async (t) => {
  const chain = `${made.cert}${authority.ca}`
  const read = readCertificate(chain, made.key)
  if ('reason' in read) throw new Error(read.reason)
  t.same(read.names, ['www.example.org', '*.shop.example'])
  t.equal(read.name, 'www.example.org')
  t.equal(Math.round((read.endsAtMs - read.beginsAtMs) / 86_400_000), 10)
  t.equal(read.certText, chain)
  t.equal(read.keyText, made.key)
})

t.test('a certificate for no name goes by its subject', async (t) => {
  const nameless = authority.issue([])
  const read = readCertificate(nameless.cert, nameless.key)
  t.match(read, { names: [], name: /^CN=made-/ })
})

t.test('files that are no pair say which is wrong and why', async (t) => {
  const other = authority.issue(['other.example'])
  const faults: [string, string, string, RegExp][] = [
    ['', made.key, 'cert', /no certificate in PEM form/],
    [made.key, made.key, 'cert', /no certificate in PEM form/],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', made.key, 'cert', /number 1\) that cannot be read/],
    [`${made.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, made.key, 'cert', /number 2\)/],
    [made.cert.slice(0, made.cert.length / 2), made.key, 'cert', /no certificate in PEM form/],
    [made.cert, '', 'key', /no private key in PEM form/],
    [made.cert, made.cert, 'key', /no private key in PEM form/],
    [made.cert, made.key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'), 'key', /encrypted/],
    [made.cert, other.key, 'key', /does not belong/],
    [`${authority.ca}${made.cert}`, made.key, 'key', /does not belong/],
  ]
  for (const [cert, key, file, reason] of faults) t.match(readCertificate(cert, key), { file, reason }, String(reason))
})

t.test('a chain is read to its end', async (t) => {
  const chain = readChain(`text before\n${authority.ca}${made.cert}`)
  t.match(chain, { subject: 'CN=Test Authority' })
  t.match(readChain('nothing'), /no certificate/)
})
