import zlib from 'node:zlib'
import t from 'tap'
import type { AnswerCoding } from '../../../edge/contract/compress.ts'
import { codePassing, codeWhole } from '../../../edge/http/answer-coding.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { until } from '../../support/until.ts'

const CODINGS: readonly AnswerCoding[] = ['br', 'zstd', 'gzip']
const PAGE = Buffer.from('<p>the same again</p>\n'.repeat(20_000))

function plain(coding: AnswerCoding, bytes: Buffer): Buffer {
  if (coding === 'br') return zlib.brotliDecompressSync(bytes)
  return coding === 'zstd' ? zlib.zstdDecompressSync(bytes) : zlib.gunzipSync(bytes)
}

/** A reader that takes all, or as much as it is told to. */
function reader(room: () => boolean = () => true) {
  const chunks: Buffer[] = []
  const heard = { ended: 0, fault: null as unknown }
  const sink = {
    write(chunk: Uint8Array) {
      chunks.push(Buffer.from(chunk))
      return room()
    },
    end() {
      heard.ended += 1
    },
    fail(fault: unknown) {
      heard.fault = fault
    },
  }
  return { sink, heard, bytes: () => Buffer.concat(chunks) }
}

t.test('a whole body comes back as it was, and is much smaller meanwhile', async (t) => {
  for (const coding of CODINGS) {
    const coded = await codeWhole(coding, PAGE)
    t.ok(coded.byteLength < PAGE.byteLength / 20, coding)
    t.ok(plain(coding, coded).equals(PAGE), coding)
  }
})

t.test('a body on its way comes out whole, whatever its chunks, and ends once', async (t) => {
  for (const coding of CODINGS) {
    const { sink, heard, bytes } = reader()
    const body = new ScriptedBody()
    codePassing(coding, body).open(sink)
    for (let at = 0; at < PAGE.length; at += 70_001) body.write(PAGE.subarray(at, at + 70_001).toString('latin1'))
    body.end()
    await until(() => heard.ended === 1, { what: 'the end' })
    t.ok(plain(coding, bytes()).equals(PAGE), coding)
    t.equal(heard.fault, null)
  }
})

t.test('what has come is sent on before the next is there', async () => {
  for (const coding of CODINGS) {
    const { sink, bytes } = reader()
    const body = new ScriptedBody()
    codePassing(coding, body).open(sink).resume()
    body.write('data: first\n\n')
    await until(() => bytes().byteLength > 0, { what: `the first event in ${coding}` })
    body.end()
  }
})

t.test('a reader that has enough is waited for', async (t) => {
  let open = false
  const { sink, heard, bytes } = reader(() => open)
  const flow = codePassing('gzip', bytesBody(Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 7919) % 251)))).open(sink)
  await until(() => bytes().byteLength > 0, { what: 'the first bytes' })
  const before = bytes().byteLength
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  t.equal(bytes().byteLength, before)
  t.equal(heard.ended, 0)
  open = true
  flow.resume()
  await until(() => heard.ended === 1, { what: 'the end' })
  t.equal(plain('gzip', bytes()).byteLength, 400_000)
})

t.test('a body that breaks off breaks off, and one that nobody wants any more is let go', async (t) => {
  const cut = new ScriptedBody()
  const first = reader()
  codePassing('br', cut).open(first.sink)
  cut.write('half')
  cut.fail(new Error('cut'))
  t.match(first.heard, { ended: 0, fault: { message: 'cut' } })

  const unwanted = new ScriptedBody()
  const second = reader()
  const flow = codePassing('br', unwanted).open(second.sink)
  unwanted.write('half')
  flow.cancel()
  flow.cancel()
  t.equal(unwanted.state, 'cancelled')
  t.match(second.heard, { ended: 0, fault: null })
})
