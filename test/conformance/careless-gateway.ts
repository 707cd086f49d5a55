// A gateway as they were when requests were first smuggled through them: it writes what came in frames as it came onto a connection of
// HTTP/1.1. A test of gateways must find it out.

import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { TestAuthority } from '../support/certificates.ts'
import { ACK, DATA, END_HEADERS, END_STREAM, frame, HEADERS, SETTINGS } from '../support/http2-frames.ts'
import type { Scope } from '../support/scope.ts'

const PREFACE_BYTES = 24
const HEAD_BYTES = 9
const PSEUDO = /^:/
/** `:status 200` from the static table of HPACK. */
const OK = Buffer.from([0x88])

/** Starts it. @returns its port */
export async function startCarelessGateway(t: Scope, originPort: number): Promise<number> {
  const { cert, key } = new TestAuthority(t).issue(['www.example.org'])
  const open = new Set<Socket>()
  const hold = (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {}) // 'close' follows.
    socket.on('close', () => open.delete(socket))
  }
  const server = createServer({ cert, key, ALPNProtocols: ['h2'] }, (client) => {
    const origin = connect(originPort, '127.0.0.1')
    hold(client)
    hold(origin)
    client.on('close', () => origin.destroy())
    origin.on('close', () => client.destroy())
    pass(client, origin)
  })
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function pass(client: Socket, origin: Socket): void {
  const asked: number[] = []
  let rest = Buffer.alloc(0)
  let at = PREFACE_BYTES
  client.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= at + HEAD_BYTES) {
      const bytes = rest.readUIntBE(at, 3)
      if (rest.length < at + HEAD_BYTES + bytes) return
      const [type, flags, stream] = [rest[at + 3], rest[at + 4] ?? 0, rest.readUInt32BE(at + 5)]
      const payload = rest.subarray(at + HEAD_BYTES, at + HEAD_BYTES + bytes)
      if (type === SETTINGS && (flags & ACK) === 0) client.write(Buffer.concat([frame(SETTINGS, 0, 0), frame(SETTINGS, ACK, 0)]))
      if (type === HEADERS) {
        asked.push(stream)
        origin.write(headText(payload), 'latin1')
      }
      if (type === DATA) origin.write(payload)
      rest = rest.subarray(at + HEAD_BYTES + bytes)
      at = 0
    }
  })
  // The first answer is for who asked first, whatever it answers.
  origin.on('data', (chunk: Buffer) => {
    for (const answer of chunk.toString('latin1').split(/(?=HTTP\/1\.1 200)/)) {
      const body = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1')
      const stream = asked.shift() ?? 1
      client.write(Buffer.concat([frame(HEADERS, END_HEADERS, stream, OK), frame(DATA, END_STREAM, stream, body)]))
    }
  })
}

function headText(payload: Buffer): string {
  const fields = literals(payload)
  const value = (name: string) => fields.find((field) => field[0] === name)?.[1] ?? ''
  const lines = fields.filter(([name]) => !PSEUDO.test(name)).map(([name, text]) => `${name}: ${text}\r\n`)
  return `${value(':method')} ${value(':path')} HTTP/1.1\r\nHost: ${value(':authority')}\r\n${lines.join('')}\r\n`
}

/** Literal fields without Huffman coding, which is all that the client of these tests says. */
function literals(payload: Buffer): (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = []
  for (let at = 0; at < payload.length; ) {
    const name = textAt(payload, at + 1)
    const value = textAt(payload, name.end)
    fields.push([name.text, value.text])
    at = value.end
  }
  return fields
}

function textAt(payload: Buffer, at: number): { readonly text: string; readonly end: number } {
  let length = payload[at] ?? 0
  let from = at + 1
  if (length === 127) {
    for (let shift = 0, more = true; more; shift += 7) {
      const octet = payload[from++] ?? 0
      length += (octet & 127) << shift
      more = octet >= 128
    }
  }
  return { text: payload.toString('latin1', from, from + length), end: from + length }
}
