// The real duplex of lines: one HTTP POST whose request body carries lines up and whose answer carries lines down.

import { type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Dial, LineEvents } from '../ports.ts'

/** The most that may wait to be sent before the stream counts as stuck. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024
const LF = 0x0a

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

/** Cuts chunks into lines of UTF-8, LF or CR LF at their ends; calls `tooLong` once, and nothing after it, when a line passes the bound. */
export function splitLines(maxLineBytes: number, line: (text: string) => unknown, tooLong: () => void): (chunk: Buffer) => void {
  let rest: Buffer[] = []
  let restBytes = 0
  let broken = false
  const take = (piece: Buffer) => {
    rest.push(piece)
    restBytes += piece.length
    broken = restBytes > maxLineBytes
    if (broken) {
      rest = []
      tooLong()
    }
  }
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0 && !broken; end = chunk.indexOf(LF, start)) {
      take(chunk.subarray(start, end))
      start = end + 1
      if (broken) return
      // Decoded when it is whole, so that a character cut by a chunk is one character again.
      const text = Buffer.concat(rest, restBytes).toString('utf8').replace(/\r$/, '')
      rest = []
      restBytes = 0
      if (text !== '') line(text)
    }
    if (!broken && start < chunk.length) take(chunk.subarray(start))
  }
}
