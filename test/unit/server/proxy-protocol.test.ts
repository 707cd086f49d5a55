import { connect, createServer, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import t from 'tap'
import { type ProxyOutcome, readProxyHeader, trustedBalancers } from '../../../edge/server/proxy-protocol.ts'
import { TestAuthority } from '../../support/certificates.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { block, IPV4_ENDS, value } from '../wire/proxy-headers.ts'

const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n'

interface Taken {
  readonly socket: Socket
  readonly outcome: ProxyOutcome
}

interface Made {
  readonly port: number
  readonly clock: ManualClock
  readonly accepted: Socket[]
  readonly taken: Taken[]
}

/** A listener behind a balancer. @param take what is done with a connection once its header is read */
async function listen(
  t: Scope,
  trusted: string[] = ['127.0.0.0/8'],
  take: (socket: Socket) => void = (socket) => void socket.on('data', () => {}).resume(),
): Promise<Made> {
  const clock = new ManualClock()
  const taken: Taken[] = []
  const accepted: Socket[] = []
  const terms = { trusted: trustedBalancers(trusted), timers: clock, timeoutMs: 1_000 }
  const server: Server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    accepted.push(socket)
    readProxyHeader(socket, terms, (outcome) => {
      taken.push({ socket, outcome })
      if (outcome.kind === 'read') take(socket)
    })
  })
  t.teardown(() => {
    for (const socket of accepted) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, clock, accepted, taken }
}

/** Connects and sends what a balancer would; each piece when the one before was surely read. */
async function dial(t: Scope, made: Made, ...pieces: (string | Buffer)[]): Promise<Socket> {
  const before = made.accepted.length
  const socket = connect({ port: made.port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  let bytes = 0
  for (const piece of pieces) {
    socket.write(piece as Buffer)
    bytes += Buffer.byteLength(piece)
    await until(() => (made.accepted[before]?.bytesRead ?? 0) >= bytes || made.accepted[before]?.destroyed, {
      what: 'the bytes',
      everyMs: 1,
    })
  }
  return socket
}

/** A way to the listener that sends a header right before the first bytes, and both in two pieces. */
class Behind extends Duplex {
  #header: string
  readonly #splitAt: number
  readonly #made: Made
  readonly #socket: Socket

  constructor(header: string, splitAt: number, made: Made, socket: Socket) {
    super()
    this.#header = header
    this.#splitAt = splitAt
    this.#made = made
    this.#socket = socket
    socket.on('data', (chunk) => this.push(chunk))
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const bytes = Buffer.concat([Buffer.from(this.#header), chunk])
    this.#header = ''
    const at = bytes.byteLength > chunk.byteLength ? this.#splitAt : 0
    this.#socket.write(bytes.subarray(0, at))
    const accepted = this.#made.accepted.at(-1)
    void until(() => at === 0 || (accepted?.bytesRead ?? 0) >= at, { what: 'the first piece', everyMs: 1 }).then(() =>
      this.#socket.write(bytes.subarray(at), () => done()),
    )
  }
}

const outcome = (made: Made, at = 0) => until(() => made.taken[at]?.outcome, { what: 'an outcome', everyMs: 1 })

t.test('the client is who the header says, and what stands behind the header is given back', async (t) => {
  let text = ''
  const made = await listen(
    t,
    ['127.0.0.1'],
    (socket) =>
      void socket
        .on('data', (chunk) => {
          text += chunk
        })
        .resume(),
  )
  const client = await dial(t, made, `${LINE}GET / HTTP/1.1\r\n`)
  t.same(await outcome(made), { kind: 'read', address: '192.0.2.7' })
  client.write('Host: shop.example\r\n\r\n')
  await until(() => text.endsWith('\r\n\r\n'), { what: 'the rest of the request' })
  t.equal(text, 'GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n')
  t.equal(made.clock.pending, 0)
})

t.test('header and request may be split at any byte', async (t) => {
  const bytes = Buffer.concat([block(0x21, 0x11, Buffer.concat([IPV4_ENDS, value(0x02, 'shop')])), Buffer.from('GET / HTTP/1.1\r\n\r\n')])
  const texts: string[] = []
  const made = await listen(t, ['127.0.0.1'], (socket) => {
    const at = texts.push('') - 1
    socket
      .on('data', (chunk) => {
        texts[at] += String(chunk)
      })
      .resume()
  })
  for (let at = 1; at < bytes.byteLength; at++) {
    await dial(t, made, bytes.subarray(0, at), bytes.subarray(at))
    t.same(await outcome(made, at - 1), { kind: 'read', address: '192.0.2.7' })
    await until(() => texts[at - 1] === 'GET / HTTP/1.1\r\n\r\n', { what: `the request, split at ${at}`, everyMs: 1 })
  }
  const made1 = await listen(t)
  await dial(t, made1, ...[...LINE])
  t.same(await outcome(made1), { kind: 'read', address: '192.0.2.7' }, 'byte by byte')
})

t.test('a TLS handshake behind the header works, wherever the bytes are split', async (t) => {
  const authority = new TestAuthority(t)
  const { cert, key } = authority.issue(['shop.example'])
  const tls = createTlsServer({ cert, key }, (secure) => {
    secure.on('error', () => {})
    secure.on('data', (chunk) => secure.write(`you said ${chunk}`))
  })
  const made = await listen(t, ['127.0.0.1'], (socket) => void tls.emit('connection', socket))
  for (const at of [0, LINE.length - 1, LINE.length, LINE.length + 1, LINE.length + 100]) {
    const secure = connectTls({
      socket: new Behind(LINE, at, made, await dial(t, made)),
      ca: authority.ca,
      servername: 'shop.example',
    })
    t.teardown(() => secure.destroy())
    const answer = new Promise<string>((resolve, reject) => secure.once('data', (chunk) => resolve(String(chunk))).once('error', reject))
    secure.write('hello')
    t.equal(await answer, 'you said hello', `split at ${at}`)
  }
})

t.test('of a peer that is not trusted nothing is read', async (t) => {
  const made = await listen(t, ['10.0.0.0/8', '::1'])
  const client = await dial(t, made)
  client.write(LINE)
  t.same(await outcome(made), { kind: 'refused', reason: 'proxy-untrusted' })
  t.equal(made.accepted[0]!.bytesRead, 0)
  t.ok(made.accepted[0]!.destroyed)
  await until(() => client.destroyed, { what: 'the connection to end' })
})

t.test('a socket without an address is no balancer, and a mapped one is its IPv4 address', async (t) => {
  const trusted = trustedBalancers(['10.0.0.0/8', 'fd00::/8'])
  t.same(['', '10.1.2.3', '::ffff:10.1.2.3', '192.0.2.1', 'fd00::1', 'junk'].map(trusted), [false, true, true, false, true, false])
  t.throws(() => trustedBalancers(['10.0.0.0/33']), RangeError)
})

t.test('what is no header ends the connection without a word', async (t) => {
  const corpus: [string, string | Buffer][] = [
    ['proxy-start', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['proxy-line-length', `PROXY UNKNOWN ${'x'.repeat(200)}`],
    ['proxy-line-end', 'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\rGET / HTTP/1.1\r\n'],
    ['proxy-line-address', 'PROXY TCP4 192.0.2.007 198.51.100.9 1 2\r\n'],
    ['proxy-block-too-short', block(0x21, 0x21, IPV4_ENDS)],
    ['proxy-block-too-long', block(0x21, 0x11, IPV4_ENDS, 60_000)],
    ['proxy-value', block(0x21, 0x11, Buffer.concat([IPV4_ENDS, Buffer.from([2, 0, 9, 1])]))],
  ]
  const made = await listen(t)
  for (const [at, [reason, bytes]] of corpus.entries()) {
    const client = await dial(t, made, bytes)
    t.same(await outcome(made, at), { kind: 'refused', reason })
    await until(() => client.destroyed, { what: 'the connection to end' })
    t.equal(client.bytesRead, 0)
  }
  t.equal(made.clock.pending, 0)
})

t.test('a header that does not come in time, or whose sender leaves, is refused once', async (t) => {
  const made = await listen(t)
  await dial(t, made, 'PROXY TCP4 ')
  made.clock.advance(999)
  t.equal(made.taken.length, 0)
  made.clock.advance(1)
  t.same(await outcome(made), { kind: 'refused', reason: 'proxy-timeout' })
  const leaves: ((socket: Socket) => void)[] = [(socket) => socket.end(), (socket) => socket.resetAndDestroy()]
  for (const [at, leave] of leaves.entries()) {
    leave(await dial(t, made, 'PROXY TCP4 '))
    t.same(await outcome(made, at + 1), { kind: 'refused', reason: 'proxy-gone' })
  }
  await until(() => made.accepted.every((socket) => socket.closed), { what: 'all to be closed' })
  t.equal(made.taken.length, 3)
  t.equal(made.clock.pending, 0)
})
