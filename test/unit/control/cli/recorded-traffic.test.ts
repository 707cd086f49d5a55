import t from 'tap'
import { readRecording } from '../../../../control/cli/recorded-traffic.ts'
import { recordedRequest, recordingText } from './recording-maker.ts'

t.test('requests come in the order in which they began, from the first on', async (t) => {
  const text = recordingText([recordedRequest({ atMs: 500, durationMs: 20, target: '/b' }), recordedRequest({ atMs: 200, target: '/a' })])
  t.match(readRecording(text, 'leave-out')?.requests, [
    { target: '/a', atMs: 0 },
    { target: '/b', atMs: 300, endMs: 320 },
  ])
})

t.test('what is a secret, or about a message that is made anew, is not sent', async (t) => {
  const fields = [
    'Host',
    'shop.example',
    'Cookie',
    '***',
    'Accept',
    '*/*',
    'Content-Length',
    '3',
    'Connection',
    'close',
    'X-Bad\n',
    '1',
    'X-B',
    'a\r\nb',
  ]
  const [request] = readRecording(recordingText([recordedRequest({ fields })]), 'leave-out')!.requests
  t.equal(request?.host, 'shop.example')
  t.same(request?.fields, ['Accept', '*/*'])
})

t.test('writes are for those who ask for them, and need their body', async (t) => {
  const text = recordingText([
    recordedRequest({}),
    recordedRequest({ method: 'POST', content: 'recorded', body: Buffer.from('{}').toString('base64') }),
    recordedRequest({ method: 'PUT', content: 'left-out' }),
    recordedRequest({ method: 'DELETE' }),
  ])
  t.match(readRecording(text, 'leave-out'), { writes: 3, withoutBody: 0, requests: { length: 1 } })
  const all = readRecording(text, 'send')
  t.match(all, { writes: 0, withoutBody: 1, requests: { length: 3 } })
  t.equal(all?.requests[1]?.body?.toString(), '{}')
})

t.test('a file that is no recording is none; lines that are no requests are counted', async (t) => {
  for (const text of ['', '{}', 'hello', '{"type":"recording","version":2}', recordingText([]).replace('"version":1', '"version":9')])
    t.equal(readRecording(text, 'send'), null)
  const bad = ['garbage', '{"type":"request"}', '[]', 'null', JSON.stringify({ ...recordedRequest({}), target: 'no path' })]
  const odd = JSON.stringify(recordedRequest({ fields: ['Alone'] }))
  t.match(readRecording(`${recordingText([recordedRequest({})])}${[...bad, odd].join('\n')}\n`, 'send'), {
    unread: 6,
    requests: { length: 1 },
  })
})
