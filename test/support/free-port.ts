import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

// Ports below the range from which systems take the source ports of outgoing connections (32768 and up on Linux).
// A port found by listening on 0 lies inside that range: while a test restarts its Redis under load, a client's
// connection may take it. Each process starts somewhere else, so that test files running side by side seldom meet.
const FIRST_PORT = 12_000
const PORTS = 20_000
const STRIDE = 97
/**
 * Where processes meet, the first has it: who gives out a port holds a UDP socket of that number until its process ends, on this loopback
 * address, which nothing else uses. So a port stays whose it was before its program listens, and while that is down.
 */
export const CLAIM_ADDRESS = '127.77.0.1'

let offset = (process.pid * STRIDE) % PORTS

/**
 * A TCP port on 127.0.0.1 that nobody listens on, never given out twice by this process, nor to another as long as this one lives.
 * For programs that cannot listen on port 0 themselves.
 * @throws Error when every port of the range is taken
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries++) {
    const port = FIRST_PORT + offset
    offset = (offset + 1) % PORTS
    if ((await claim(port)) && (await canListen(port))) return port
  }
  throw new Error(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1} on 127.0.0.1`)
}

/** `count` different free ports; see `freePort`. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

/** Whether it is ours now; the socket is held and keeps nobody alive. */
function claim(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.unref()
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind({ port, address: CLAIM_ADDRESS, exclusive: true }, () => resolve(true))
  })
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
