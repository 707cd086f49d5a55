import { copyFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemTimers } from '../../../edge/base/system/clock.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import type { ListenerTls } from '../../../edge/contract/listener.ts'
import { Certificates } from '../../../edge/server/certificates.ts'
import { type MadeCertificate, TestAuthority } from '../../support/certificates.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'

const authority = new TestAuthority(t)
const first = authority.issue(['www.example.org'], 10)
const second = authority.issue(['www.example.org'], 20)
const renamed = authority.issue(['new.example.org'], 10)

const TLS: ListenerTls = { certificates: [{ certFile: '/tls/cert.pem', keyFile: '/tls/key.pem' }], minVersion: '1.2', http2: 'on' }

function setUp(tls: ListenerTls = TLS) {
  const [clock, log, metrics, files] = [new ManualClock(Date.now()), new RecordingLog(), new RecordingMetrics(), new MemoryFiles()]
  const put = ({ cert, key }: MadeCertificate) => {
    files.texts.set('/tls/cert.pem', cert)
    files.texts.set('/tls/key.pem', key)
  }
  put(first)
  const certificates = new Certificates(tls, { clock, timers: clock, log, metrics, files })
  const loads = (outcome: string) => metrics.value('weir_certificate_loads_total', [outcome])
  const endsAt = (name: string) => metrics.value('weir_certificate_expiry_timestamp_seconds', [name])
  return { clock, log, files, put, certificates, loads, endsAt }
}

t.test('files are read, counted, and their end is told', async (t) => {
  const { certificates, loads, endsAt, clock, log } = setUp()
  t.throws(() => certificates.contexts, { code: 'INTERNAL' })
  await certificates.load()
  t.ok(certificates.contexts.for('www.example.org'))
  t.equal(loads('ok'), 1)
  const days = (endsAt('www.example.org') - clock.wallMs() / 1_000) / 86_400
  t.ok(days > 9.9 && days <= 10.1, `${days} days`)
  t.same(log.lines, [])
})

t.test('a start with files that cannot be used says which and why', async (t) => {
  const wrong = async (path: string, text: string | null, code: string, detail: { file: string; reason: string | RegExp }) => {
    const { certificates, files, loads } = setUp({ ...TLS, clientCertificates: { caFile: '/tls/ca.pem', mode: 'require' } })
    files.texts.set('/tls/ca.pem', authority.ca)
    if (text === null) files.texts.delete(path)
    else files.texts.set(path, text)
    await t.rejects(certificates.load(), { code, detail })
    t.equal(loads('failed'), 1)
  }
  await wrong('/tls/cert.pem', null, 'CONFIG_UNREADABLE', { file: '/tls/cert.pem', reason: 'there is no such file' })
  await wrong('/tls/key.pem', 'x', 'CONFIG_INVALID', { file: '/tls/key.pem', reason: /no private key/ })
  await wrong('/tls/cert.pem', second.cert, 'CONFIG_INVALID', { file: '/tls/key.pem', reason: /does not belong/ })
  await wrong('/tls/ca.pem', 'x', 'CONFIG_INVALID', { file: '/tls/ca.pem', reason: /no certificate/ })
  const { certificates, files } = setUp()
  files.fault = new Error('EACCES: permission denied')
  await t.rejects(certificates.load(), { code: 'CONFIG_UNREADABLE', detail: { reason: /EACCES/ } })
})

t.test('new files are taken whole; bad ones leave the old in force and are said in the log', async (t) => {
  const { certificates, files, put, loads, endsAt, log } = setUp()
  await certificates.load()
  const before = certificates.contexts
  const beforeEnd = endsAt('www.example.org')
  t.equal(await certificates.reload(), 'same')
  files.texts.set('/tls/cert.pem', second.cert)
  t.equal(await certificates.reload(), 'refused', 'half of a new pair')
  t.equal(certificates.contexts, before)
  t.match(log.of('certificates-refused'), [{ level: 'error', file: '/tls/key.pem', reason: /does not belong/ }])
  files.texts.delete('/tls/cert.pem')
  t.equal(await certificates.reload(), 'refused')
  put(second)
  t.equal(await certificates.reload(), 'changed')
  t.not(certificates.contexts, before)
  t.ok(endsAt('www.example.org') > beforeEnd)
  t.equal(loads('failed'), 2)
  t.equal(loads('ok'), 2)
  t.match(log.of('certificates-changed'), [{ level: 'info', names: ['www.example.org'] }])
})

t.test('a name that is served no longer has no end any more', async (t) => {
  const { certificates, put, endsAt } = setUp()
  await certificates.load()
  put(renamed)
  await certificates.reload()
  t.ok(Number.isNaN(endsAt('www.example.org')))
  t.ok(endsAt('new.example.org') > 0)
})

t.test('a certificate out of its time is served with a warning', async (t) => {
  const late = setUp()
  late.clock.setWall(Date.now() + 11 * 86_400_000)
  await late.certificates.load()
  t.match(late.log.of('certificate-expired'), [{ level: 'warn', name: 'www.example.org' }])
  const early = setUp()
  early.clock.setWall(Date.now() - 86_400_000)
  await early.certificates.load()
  t.match(early.log.of('certificate-not-yet-valid'), [{ level: 'warn', name: 'www.example.org' }])
})

t.test('reloads go one after the other, and the newest files win', async (t) => {
  const { certificates, put, endsAt } = setUp()
  await certificates.load()
  put(renamed)
  const one = certificates.reload()
  put(second)
  await Promise.all([one, certificates.reload()])
  t.ok(certificates.contexts.for('www.example.org'))
  t.ok(endsAt('www.example.org') > 0)
})

t.test('changes close together are told once', async (t) => {
  const { certificates, files, clock } = setUp()
  await certificates.load()
  let told = 0
  certificates.watch(() => told++)
  files.edit('/tls/cert.pem', second.cert)
  clock.advance(200)
  files.edit('/tls/key.pem', second.key)
  clock.advance(249)
  t.equal(told, 0)
  clock.advance(1)
  t.equal(told, 1)
  certificates.stop()
  t.notOk(files.isWatched('/tls/cert.pem'))
  t.equal(clock.pending, 0)
})

t.test('real files that are written over or renamed over are noticed', async (t) => {
  const folder = tempDir(t)
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  copyFileSync(first.certFile, certFile)
  copyFileSync(first.keyFile, keyFile)
  const [log, metrics] = [new RecordingLog(), new RecordingMetrics()]
  const tls = { ...TLS, certificates: [{ certFile, keyFile }] }
  const clock = new ManualClock(Date.now())
  const certificates = new Certificates(tls, { clock, timers: systemTimers, log, metrics, files: systemFiles })
  await certificates.load()
  let outcome = ''
  certificates.watch(async () => {
    outcome = await certificates.reload()
  })
  t.teardown(() => certificates.stop())
  writeFileSync(keyFile, second.key)
  copyFileSync(second.certFile, join(folder, 'cert.new'))
  renameSync(join(folder, 'cert.new'), certFile)
  await until(() => outcome === 'changed', { what: 'the new certificate' })
})
