import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import type { Body } from '../../../edge/http/body.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { begunBody } from '../../../edge/upstream/begun-body.ts'
import { HandBody } from './send-one.ts'

const BEGINNING = 16 * 1024

/** Opens a body; takes what comes as long as the test says so. */
function reading(body: Body) {
  const seen = { text: '', end: '', takes: true }
  const flow = body.open({
    write(chunk) {
      seen.text += Buffer.from(chunk).toString()
      return seen.takes
    },
    end: () => (seen.end = 'whole'),
    fail: (fault) => (seen.end = String(fault)),
  })
  return { seen, flow }
}

/** Whether a promise is still open after all that can happen at once has happened. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open')
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, open))])) === open
}

t.test('a body at hand has begun', async (t) => {
  const body = await begunBody(bytesBody(Buffer.from('ab')))
  t.equal(body.lengthBytes, 2)
  t.same(reading(body).seen, { text: 'ab', end: 'whole', takes: true })
})

t.test('bytes that dribble are no beginning, until the last of them is here', async (t) => {
  const slow = new HandBody(null)
  const begun = begunBody(slow)
  for (const byte of 'abc') t.equal(slow.sink?.write(Buffer.from(byte)), true)
  t.ok(await isOpen(begun))
  slow.sink?.end()
  t.same(reading(await begun).seen, { text: 'abc', end: 'whole', takes: true })
})

t.test('behind a beginning the client waits until somebody reads, and then at the pace of who does', async (t) => {
  const long = new HandBody(3 * BEGINNING)
  const begun = begunBody(long)
  const piece = Buffer.alloc(BEGINNING, 'x')
  t.equal(long.sink?.write(piece), false)
  const { seen, flow } = reading(await begun)
  t.equal(seen.text.length, BEGINNING)
  t.same(long.asked, ['resume'])
  t.equal(long.sink?.write(piece), true)
  seen.takes = false
  t.equal(long.sink?.write(piece), false)
  t.same(long.asked, ['resume', 'pause'])
  flow.resume()
  t.same(long.asked, ['resume', 'pause', 'resume'])
  long.sink?.end()
  t.equal(seen.end, 'whole')
  t.equal(seen.text.length, 3 * BEGINNING)
})

t.test('one that breaks off before its beginning is no body', async (t) => {
  const broken = new HandBody(null)
  const begun = begunBody(broken)
  broken.sink?.write(Buffer.from('a'))
  broken.sink?.fail(new EdgeError('CLIENT_GONE'))
  await t.rejects(begun, { code: 'CLIENT_GONE' })
})

t.test('one that breaks off behind it fails its reader, also one that comes later', async (t) => {
  const broken = new HandBody(null)
  const begun = begunBody(broken)
  broken.sink?.write(Buffer.alloc(BEGINNING))
  broken.sink?.fail('late')
  t.equal(reading(await begun).seen.end, 'late')
})

t.test('who lets go of it lets go of the client', async (t) => {
  const long = new HandBody(null)
  const begun = begunBody(long)
  long.sink?.write(Buffer.alloc(BEGINNING))
  reading(await begun).flow.cancel()
  t.same(long.asked, ['resume', 'cancel'])
})
