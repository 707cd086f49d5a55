import type { Body } from '../../edge/http/body.ts'

/** Reads a body to its end: its text, one character a byte, and the fault it ended with, or null. */
export function readBody(body: Body | null): Promise<{ text: string; fault: unknown }> {
  if (body === null) return Promise.resolve({ text: '', fault: null })
  return new Promise((resolve) => {
    let text = ''
    body.open({
      write(chunk) {
        text += Buffer.from(chunk).toString('latin1')
        return true
      },
      end: () => resolve({ text, fault: null }),
      fail: (fault) => resolve({ text, fault }),
    })
  })
}
