import t from 'tap'
import { versionAt, versionFault } from '../../../edge/wire/http-version.ts'
import { MORE } from '../../../edge/wire/scan.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'

const fault = (text: string, at = 0) => versionFault(Buffer.from(text, 'latin1'), at, Buffer.byteLength(text, 'latin1'))

t.test('1.0 and 1.1 are known', async (t) => {
  t.equal(fault('HTTP/1.1'), 0)
  t.equal(fault('  HTTP/1.0 ', 2), 0)
  t.equal(versionAt(Buffer.from('HTTP/1.1'), 0), '1.1')
  t.equal(versionAt(Buffer.from('  HTTP/1.0 '), 2), '1.0')
})

t.test('each beginning of a version waits for its rest', async (t) => {
  for (let length = 0; length < 8; length++) t.equal(fault('HTTP/1.1'.slice(0, length)), MORE)
  t.equal(versionFault(Buffer.from('HTTP/1.1'), 0, 7), MORE, 'not beyond the room for a head')
})

t.test('other versions are told from what is no version', async (t) => {
  for (const text of ['HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/9.9']) t.equal(fault(text), RULES['version-unsupported'], text)
  for (const text of ['http/1.1', 'HTTP/1,1', 'HTTP/x.1', 'HTTP/1.x', 'HTTP 1.1', 'HTTPS/1.', 'ICY 200 ', 'HTTP/11.', 'HTTP/\xb9.1'])
    t.equal(fault(text), RULES['version-syntax'], text)
  t.equal(fault('HTTP\n'), RULES['bare-lf'])
  t.equal(fault('h'), RULES['version-syntax'], 'at the first octet that is wrong')
})
