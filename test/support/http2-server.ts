import { createServer } from 'node:net'
import type { EdgeBootstrap } from '../../edge/contract/bootstrap.ts'
import type { ListenerTls } from '../../edge/contract/listener.ts'
import { ConnectionMemory } from '../../edge/pipeline/connection-memory.ts'
import { serveHttp2 } from '../../edge/server/http2-connection.ts'
import { TlsFront } from '../../edge/server/tls-front.ts'
import { type MadeCertificate, TestAuthority } from './certificates.ts'
import { MemoryFiles } from './memory-files.ts'
import type { Scope } from './scope.ts'
import { type HostScript, ScriptedHost } from './scripted-host.ts'

/** A listener that speaks HTTP/2 over TLS; its requests are answered by the test's script. */
export interface Http2TestServer {
  readonly port: number
  readonly host: ScriptedHost
  /** How many connections we ended for that reason. */
  ended(reason: string): number
}

/** One for all tests of a file: making it takes longer than most of them. */
let made: MadeCertificate | null = null

/** Starts a listener as the edge has it, up to the line; everything ends with the test. */
export async function startHttp2(t: Scope, script?: HostScript, more: Partial<EdgeBootstrap> = {}): Promise<Http2TestServer> {
  const host = new ScriptedHost(script, more)
  const files = new MemoryFiles()
  made ??= new TestAuthority(t).issue(['www.example.org', 'localhost'])
  files.texts.set('cert.pem', made.cert).set('key.pem', made.key)
  const tls: ListenerTls = { certificates: [{ certFile: 'cert.pem', keyFile: 'key.pem' }], minVersion: '1.2', http2: 'on' }
  const front = new TlsFront(tls, host, files, (socket, endpoint) => serveHttp2(socket, endpoint, host))
  await front.load()
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    front.take(socket, { address: socket.remoteAddress ?? '', scheme: 'http', certificate: null, memory: new ConnectionMemory() })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    front.close()
    for (const connection of host.held) connection.destroy()
    server.close()
  })
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    host,
    ended: (reason) => host.metrics.value('weir_http2_ended_total', [reason]),
  }
}
