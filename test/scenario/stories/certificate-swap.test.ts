// Certificates are renewed while people read over TLS, some over kept connections, some over a new one for each page, some over HTTP/2.
// New connections get the new certificate, those that stand stay, and files that cannot be used change nothing.

import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { type MadeCertificate, TestAuthority } from '../../support/certificates.ts'
import { startEdge } from '../../support/edge.ts'
import { freePort } from '../../support/free-port.ts'
import { runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { PERSON } from '../../support/visit.ts'

const WORKERS = 2
const KEPT = 8
const PATIENCE = { deadlineMs: 30_000 }

const authority = new TestAuthority(t)
const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } }
const fingerprintOf = ({ cert }: MadeCertificate) => new X509Certificate(cert).fingerprint256

/** The files of a certificate as Kubernetes mounts them: links to `..data`, itself a link, which is replaced in one go. */
class MountedCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly #folder: string
  #version = 0

  constructor(folder: string, first: MadeCertificate) {
    this.#folder = folder
    this.mount(first)
    for (const name of ['cert.pem', 'key.pem']) symlinkSync(join('..data', name), join(folder, name))
    this.certFile = join(folder, 'cert.pem')
    this.keyFile = join(folder, 'key.pem')
  }

  /** Puts another in its place; who watches the folder sees it. */
  mount(made: MadeCertificate): void {
    this.#version += 1
    const version = `..version-${this.#version}`
    mkdirSync(join(this.#folder, version))
    symlinkSync(version, join(this.#folder, '..next'))
    this.overwrite(made, version)
    renameSync(join(this.#folder, '..next'), join(this.#folder, '..data'))
  }

  /** Overwrites the files behind the links, of which nobody sees anything who watches the folder. */
  overwrite(made: Pick<MadeCertificate, 'certFile' | 'keyFile'>, version = '..data'): void {
    copyFileSync(made.certFile, join(this.#folder, version, 'cert.pem'))
    copyFileSync(made.keyFile, join(this.#folder, version, 'key.pem'))
  }
}

/** Keeps its connections, and counts them. */
class CountingAgent extends Agent {
  opened = 0

  override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    this.opened += 1
    return super.createConnection(...args)
  }
}

/** Reads a page over HTTP/1.1. @returns the fingerprint of the certificate it came under */
function readPage(port: number, path: string, agent: Agent | false): Promise<string> {
  const place = { host: '127.0.0.1', port, path, headers: PERSON, ca: authority.ca, servername: 'shop.test', agent }
  return new Promise((resolve, reject) => {
    const sent = request(place, (message) => {
      const { fingerprint256 } = (message.socket as TLSSocket).getPeerX509Certificate()!
      text(message).then((page) => {
        if (message.statusCode === 200 && page === 'page') resolve(fingerprint256)
        else reject(new Error(`${message.statusCode} ${page}`))
      }, reject)
    })
    sent.once('error', reject)
    sent.end()
  })
}

/** Reads a page over HTTP/2. @returns its status */
function readOver(session: ClientHttp2Session, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':authority': 'shop.test', 'user-agent': PERSON['user-agent'] })
    let status = 0
    stream.once('response', (headers) => {
      status = Number(headers[':status'])
    })
    stream.once('error', reject)
    stream.once('end', () => resolve(status))
    stream.resume()
  })
}

async function startTlsEdge(t: Test, { certFile, keyFile }: Pick<MadeCertificate, 'certFile' | 'keyFile'>) {
  const port = await freePort()
  const listeners = [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ certFile, keyFile }] } }]
  const edge = await startEdge(t, { site, workers: WORKERS, bootstrap: { listeners } })
  const said = (event: string) => edge.output.split(`"event":"${event}"`).length - 1
  /** Every worker has said it so often, if each says it as often as the other. */
  const saidByAll = (event: string, times: number) =>
    until(() => said(event) >= times * WORKERS, { ...PATIENCE, what: `${event}, ${times} times at every worker` })
  return { edge, port, said, saidByAll }
}

t.test('renewed twice under load: new connections get the new certificate, and none is dropped', { timeout: 240_000 }, async (t) => {
  const [first, second, third] = [1, 2, 3].map(() => authority.issue(['shop.test'])) as [MadeCertificate, MadeCertificate, MadeCertificate]
  const files = new MountedCertificate(tempDir(t), first)
  const { edge, port, said, saidByAll } = await startTlsEdge(t, files)
  const agent = new CountingAgent({ keepAlive: true, maxSockets: KEPT })
  const session = connect(`https://127.0.0.1:${port}`, { ca: authority.ca, servername: 'shop.test' })
  session.on('error', () => {})
  t.teardown(() => {
    agent.destroy()
    session.destroy()
  })

  let answered = 0
  const pathOf = (index: number) => `/page/${index % 20}`
  const read = async (page: Promise<unknown>) => {
    await page
    answered += 1
    return 200
  }
  const more = (count: number) => {
    const wanted = answered + count
    return until(() => answered >= wanted, { ...PATIENCE, what: `${count} more pages` })
  }
  /** What certificates new connections get, a worker as likely as the other. */
  const shown = async () => [...new Set(await Promise.all(Array.from({ length: 20 }, (_, index) => readPage(port, pathOf(index), false))))]

  const renewals = async () => {
    await more(500)
    t.same(await shown(), [fingerprintOf(first)])
    files.mount(second)
    await saidByAll('certificates-changed', 1)
    t.same(await shown(), [fingerprintOf(second)])
    await more(500)

    files.overwrite(third)
    process.kill(edge.pid, 'SIGHUP')
    await saidByAll('certificates-changed', 2)
    t.same(await shown(), [fingerprintOf(third)])
    await more(500)

    files.overwrite({ certFile: third.certFile, keyFile: second.keyFile })
    process.kill(edge.pid, 'SIGHUP')
    await saidByAll('certificates-refused', 1)
    t.same(await shown(), [fingerprintOf(third)], 'what cannot be used is not used')
    await more(500)
  }
  const work = renewals()
  const reports = await Promise.all([
    runWhile(work, (index) => read(readPage(port, pathOf(index), agent)), KEPT),
    runWhile(work, (index) => read(readPage(port, pathOf(index), false)), 2),
    runWhile(work, (index) => read(readOver(session, pathOf(index))), 4),
  ])

  for (const { failures } of reports) t.same(failures.slice(0, 10), [])
  t.equal(agent.opened, KEPT, 'none of the kept connections was opened again')
  t.notOk(session.closed)
  t.equal(await edge.metric('weir_certificate_loads_total', { outcome: 'ok' }), 3 * WORKERS)
  t.equal(await edge.metric('weir_certificate_loads_total', { outcome: 'failed' }), WORKERS)
  t.equal(said('certificates-changed'), 2 * WORKERS)
})

t.test('files that are gone are said by name, and the edge serves on with what it has', { timeout: 120_000 }, async (t) => {
  const folder = tempDir(t)
  const made = authority.issue(['shop.test'])
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  copyFileSync(made.certFile, certFile)
  copyFileSync(made.keyFile, keyFile)
  const { edge, port, saidByAll } = await startTlsEdge(t, { certFile, keyFile })
  renameSync(keyFile, `${keyFile}.away`)
  await saidByAll('certificates-refused', 1)
  t.match(edge.output, `"file":"${keyFile}","reason":"there is no such file"`)
  t.equal(await readPage(port, '/', false), fingerprintOf(made))
  writeFileSync(certFile, authority.issue(['shop.test']).cert)
  renameSync(`${keyFile}.away`, keyFile)
  await until(() => edge.output.includes('does not belong to the certificate'), { ...PATIENCE, what: 'the wrong pair to be refused' })
  t.equal(await readPage(port, '/', false), fingerprintOf(made))
})
