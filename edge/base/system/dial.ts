// The real duplex of lines: one HTTP POST whose request body carries lines up and whose answer carries lines down.

import { type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { LineReader } from '../line-reader.ts'
import type { Dial, LineEvents } from '../ports.ts'

/** The most that may wait to be sent before the stream counts as stuck. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024

/** The connections of the machine. */
export const systemDial: Dial = {
  lines(url, options, events) {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = send(url, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' },
    })
    const stream = follow(request, options, events)
    request.flushHeaders()
    return stream
  },
}

function follow(request: ClientRequest, options: Parameters<Dial['lines']>[1], events: LineEvents) {
  let closed = false
  const close = (reason: string) => {
    if (closed) return
    closed = true
    clearTimeout(connecting)
    request.destroy()
    events.close(reason)
  }
  const connecting = setTimeout(() => close(`no answer within ${options.connectTimeoutMs} ms`), options.connectTimeoutMs)
  request.on('error', (cause) => close(cause.message))
  request.on('close', () => close('the connection ended'))
  request.on('response', (response) => {
    clearTimeout(connecting)
    if (response.statusCode !== 200) {
      response.resume()
      return close(`the control plane answered ${response.statusCode}`)
    }
    events.open()
    const reader = new LineReader(options.maxLineBytes)
    response.on('data', (chunk: Buffer) => {
      const lines = reader.take(chunk)
      if (lines === 'too-long') return close('a line was too long')
      for (const line of lines) if (!closed) events.line(line)
    })
    response.on('error', (cause) => close(cause.message))
    response.on('end', () => close('the control plane ended the stream'))
  })
  return {
    send(line: string) {
      if (closed) return
      if (request.writableLength > MAX_UNSENT_BYTES) return close('the control plane does not read')
      request.write(`${line}\n`)
    },
    close: () => close('closed here'),
  }
}
