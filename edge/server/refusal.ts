// The answer to a message that never became a request: a status, the same JSON as every fault, and the end of the connection.

import { ERRORS, type ErrorCode } from '../contract/errors.ts'

/** The body of a refusal. */
export function refusalText(code: ErrorCode): string {
  const { status, sentence } = ERRORS[code]
  return `${JSON.stringify({ status, code, message: sentence })}\n`
}

/** A whole refusal as it goes onto a socket. */
export function rawRefusal(code: ErrorCode): string {
  const text = refusalText(code)
  return `HTTP/1.1 ${ERRORS[code].status} Refused\r\ncontent-type: application/json; charset=utf-8\r\ncache-control: no-store\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`
}
