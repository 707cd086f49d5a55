import { connect } from 'node:net'
import { PERSON } from './visit.ts'

/** What one of a crowd was answered. */
export interface CrowdAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** A crowd: each on a connection of its own, all at once. */
export interface Crowd {
  /** All answers; rejects when one was not whole. */
  readonly answers: Promise<CrowdAnswer[]>
}

/** Sends `count` visitors for a page, spread evenly over the ports. Bare sockets: thousands of clients cost a test less than one fetch library. */
export function sendCrowd(ports: readonly number[], path: string, count: number): Crowd {
  const answers = Promise.all(Array.from({ length: count }, (_, at) => ask(ports[at % ports.length]!, path)))
  answers.catch(() => undefined) // Its fault is the test's, which awaits it later.
  return { answers }
}

function ask(port: number, path: string): Promise<CrowdAnswer> {
  const head = `GET ${path} HTTP/1.1\r\nHost: ${PERSON.host}\r\nUser-Agent: ${PERSON['user-agent']}\r\nConnection: close\r\n\r\n`
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
    socket.once('error', reject)
    socket.once('close', () => {
      const text = Buffer.concat(chunks).toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      const length = /\r\nContent-Length: (\d+)\r\n/i.exec(text)?.[1]
      const body = text.slice(end + 4)
      if (end < 0 || (length !== undefined && body.length !== Number(length)))
        return reject(new Error(`no whole answer: ${text.slice(0, 200)}`))
      resolve({ status: Number(text.slice(9, 12)), head: text.slice(0, end), body })
    })
  })
}
