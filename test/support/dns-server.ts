import { createSocket, type RemoteInfo } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { isIPv4 } from 'node:net'
import type { Scope } from './scope.ts'

/** A record of a name: an address with its TTL in seconds, or a service. */
export type DnsRecord =
  | { readonly address: string; readonly ttl?: number }
  | { readonly target: string; readonly port: number; readonly priority?: number; readonly weight?: number; readonly ttl?: number }

/** What is answered: records, a response code (2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED), garbage, or nothing at all. */
export type DnsScript = readonly DnsRecord[] | { readonly code: number } | 'garbage' | 'silence'

const TYPES = { A: 1, AAAA: 28, SRV: 33 } as const
const HEAD_BYTES = 12

/** A tiny DNS server on loopback over UDP that answers by script; a name that it does not know is answered with NXDOMAIN. */
export class DnsServer {
  readonly #socket = createSocket('udp4')
  readonly #scripts = new Map<string, DnsScript>()
  readonly #asked = new Map<string, number>()

  /** `127.0.0.1:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#socket.address() as AddressInfo).port}`
  }

  /** Answers so from now on. */
  on(type: keyof typeof TYPES, name: string, script: DnsScript): this {
    this.#scripts.set(`${TYPES[type]} ${name}`, script)
    return this
  }

  /** How often it was asked. */
  asked(type: keyof typeof TYPES, name: string): number {
    return this.#asked.get(`${TYPES[type]} ${name}`) ?? 0
  }

  /** Begins to answer on a free port. */
  async listen(): Promise<void> {
    this.#socket.on('message', (message, from) => this.#answer(message, from))
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve))
  }

  /** Answers no more. */
  close(): void {
    this.#socket.close()
  }

  #answer(message: Buffer, from: RemoteInfo): void {
    const { name, type, end } = questionOf(message)
    const key = `${type} ${name.toLowerCase()}`
    this.#asked.set(key, (this.#asked.get(key) ?? 0) + 1)
    const script = this.#scripts.get(key) ?? (this.#knows(name) ? [] : { code: 3 })
    if (script === 'silence') return
    if (script === 'garbage')
      return this.#socket.send(Buffer.concat([message.subarray(0, 2), Buffer.from('garbage')]), from.port, from.address)
    const records = 'code' in script ? [] : script
    const head = Buffer.from(message.subarray(0, end))
    head.writeUInt16BE(0x8180 | ('code' in script ? script.code : 0), 2)
    head.writeUInt16BE(records.length, 6)
    head.fill(0, 8, HEAD_BYTES)
    this.#socket.send(Buffer.concat([head, ...records.map((record) => encoded(record, type))]), from.port, from.address)
  }

  #knows(name: string): boolean {
    return [...this.#scripts.keys()].some((key) => key.endsWith(` ${name.toLowerCase()}`))
  }
}

/** Starts a DNS server for one test. */
export async function startDns(t: Scope): Promise<DnsServer> {
  const server = new DnsServer()
  await server.listen()
  t.teardown(() => server.close())
  return server
}

function questionOf(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = []
  let at = HEAD_BYTES
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 }
}

function encoded(record: DnsRecord, type: number): Buffer {
  const data = 'address' in record ? addressBytes(record.address) : serviceBytes(record)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt16BE(0xc000 | HEAD_BYTES, 0) // the name of the question, by pointer
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(record.ttl ?? 60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function serviceBytes({ target, port, priority = 0, weight = 0 }: Extract<DnsRecord, { target: string }>): Buffer {
  const head = Buffer.alloc(6)
  head.writeUInt16BE(priority, 0)
  head.writeUInt16BE(weight, 2)
  head.writeUInt16BE(port, 4)
  const labels = target === '.' ? [] : target.split('.')
  return Buffer.concat([
    head,
    ...labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.from([0]),
  ])
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [before = '', after = ''] = address.split('::')
  const [head, tail] = [before, after].map((part) => (part === '' ? [] : part.split(':')))
  const groups = [...head!, ...Array<string>(8 - head!.length - tail!.length).fill('0'), ...tail!]
  const bytes = Buffer.alloc(16)
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2)
  return bytes
}
