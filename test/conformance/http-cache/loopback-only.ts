// Loaded before the suite's origin server, which would listen on every address of the machine: here it gets loopback alone.

import { Server } from 'node:net'

const listen = Server.prototype.listen
Server.prototype.listen = function onLoopback(this: Server, ...args: unknown[]): Server {
  const port = typeof args[0] === 'number' ? args[0] : Number(args[0])
  return listen.call(this, { port, host: '127.0.0.1' })
} as typeof listen
