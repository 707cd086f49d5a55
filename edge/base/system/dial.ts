// The real duplex of lines: one HTTP POST whose request body carries lines up and whose answer carries lines down.

import { type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { StringDecoder } from 'node:string_decoder'
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
    const lines = splitLines(
      options.maxLineBytes,
      (line) => closed || events.line(line),
      () => close('a line was too long'),
    )
    response.on('data', lines)
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

/** Cuts chunks into lines; calls `tooLong` when a line passes the bound. */
export function splitLines(maxLineBytes: number, line: (text: string) => unknown, tooLong: () => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest: string[] = []
  let restLength = 0
  return (chunk) => {
    const parts = decoder.write(chunk).split('\n')
    for (let i = 0; i < parts.length - 1; i += 1) {
      const text = restLength === 0 ? parts[i]! : rest.join('') + parts[i]!
      rest = []
      restLength = 0
      if (text !== '') line(text)
    }
    const last = parts.at(-1)!
    if (last === '') return
    rest.push(last)
    restLength += last.length
    if (restLength > maxLineBytes) tooLong()
  }
}
