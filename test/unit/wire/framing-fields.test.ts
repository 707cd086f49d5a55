import t from 'tap'
import { requestFraming, responseFraming } from '../../../edge/wire/framing-fields.ts'
import type { Version } from '../../../edge/wire/message.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'
import { sectionOf } from './section-of.ts'

const ofRequest = (lines: readonly string[], version: Version = '1.1') => {
  const { fields, raw } = sectionOf(...lines)
  return requestFraming(version, fields, raw)
}

const ofResponse = (status: number, method: string, ...lines: string[]) => {
  const { fields, raw } = sectionOf(...lines)
  return responseFraming(method, status, '1.1', fields, raw)
}

t.test('a request without framing fields has no body', async (t) => {
  t.same(ofRequest([]), { kind: 'none' })
  t.same(ofRequest(['Content-Lengt: 5', 'Transfer: chunked'], '1.0'), { kind: 'none' })
})

t.test('a length is 1 to 15 digits, and 0 is no body', async (t) => {
  t.same(ofRequest(['Content-Length: 5']), { kind: 'length', bytes: 5 })
  t.same(ofRequest(['content-length:   007   '], '1.0'), { kind: 'length', bytes: 7 })
  t.same(ofRequest(['Content-Length: 999999999999999']), { kind: 'length', bytes: 999_999_999_999_999 })
  t.same(ofRequest(['Content-Length: 000']), { kind: 'none' })
  for (const value of ['', '+5', '-5', '5,5', '5 5', '0x5', '5.', '5e1', '\xb2', '1000000000000000'])
    t.equal(ofRequest([`Content-Length: ${value}`]), RULES.length, value)
  t.equal(ofRequest(['Content-Length: 5', 'Content-Length: 5']), RULES['length-repeated'])
})

t.test('the only coding is chunked, once and last, in HTTP/1.1, without a length', async (t) => {
  t.same(ofRequest(['Transfer-Encoding: chunked']), { kind: 'chunked' })
  t.same(ofRequest(['transfer-encoding:CHUNKED ']), { kind: 'chunked' })
  t.equal(ofRequest(['Transfer-Encoding: chunked'], '1.0'), RULES['coding-in-1.0'])
  t.equal(ofRequest(['Transfer-Encoding: chunked', 'Content-Length: 5']), RULES['length-and-coding'])
  t.equal(ofRequest(['Content-Length: x', 'Transfer-Encoding: nonsense']), RULES['length-and-coding'])
  t.equal(ofRequest(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']), RULES['coding-repeated'])
  for (const value of ['gzip, chunked', "!#$%&'*+-.^_`|~09az,chunked", 'x,y ,\tchunked'.replace('\t', ' '), 'identity, Chunked'])
    t.equal(ofRequest([`Transfer-Encoding: ${value}`]), RULES['coding-unknown'], value)
  for (const value of [
    '',
    'gzip',
    'chunked, gzip',
    'chunked, chunked',
    'chunked,',
    ', chunked',
    'chunked;a=b',
    'a;b=c, chunked',
    'xchunked',
  ])
    t.equal(ofRequest([`Transfer-Encoding: ${value}`]), RULES.coding, value)
})

t.test('a long list of codings is read in time that grows with its length', async (t) => {
  const { fields, raw } = sectionOf(`Transfer-Encoding: ${'a,'.repeat(480)}`)
  t.equal(requestFraming('1.1', fields, raw), RULES.coding)
})

t.test('a tab in a framing field is refused, one in another field is not', async (t) => {
  for (const line of [
    'Content-Length:\t5',
    'Content-Length: 5\t',
    'Content-Length: \t 5',
    'Transfer-Encoding: chunked\t',
    'Content-Length: 5\t6',
  ])
    t.equal(ofRequest([line]), RULES['framing-tab'], line)
  t.same(ofRequest(['Content-Length: 5', 'A:\tb\t']), { kind: 'length', bytes: 5 })
})

t.test('an answer without framing fields ends with its connection', async (t) => {
  t.same(ofResponse(200, 'GET'), { kind: 'until-close' })
  t.same(ofResponse(200, 'GET', 'Content-Length: 5'), { kind: 'length', bytes: 5 })
  t.same(ofResponse(205, 'POST', 'Content-Length: 0'), { kind: 'none' })
  t.same(ofResponse(500, 'GET', 'Transfer-Encoding: chunked'), { kind: 'chunked' })
})

t.test('answers to HEAD and 1xx, 204 and 304 have no body, whatever their fields say', async (t) => {
  for (const lines of [[], ['Content-Length: 5'], ['Transfer-Encoding: chunked']]) {
    t.same(ofResponse(200, 'HEAD', ...lines), { kind: 'none' })
    t.same(ofResponse(304, 'GET', ...lines), { kind: 'none' })
  }
  for (const status of [100, 101, 103, 199, 204]) {
    t.same(ofResponse(status, 'GET'), { kind: 'none' })
    t.same(ofResponse(status, 'GET', 'Content-Length: 0'), { kind: 'none' })
    t.equal(ofResponse(status, 'GET', 'Transfer-Encoding: chunked'), RULES['coding-without-body'])
  }
  t.same(ofResponse(204, 'GET', 'Content-Length: 5'), { kind: 'none' })
  t.equal(ofResponse(103, 'GET', 'Content-Length: 5'), RULES['length-without-body'])
})

t.test('framing that is wrong is refused without a body too', async (t) => {
  t.equal(ofResponse(304, 'GET', 'Content-Length: 5', 'Content-Length: 5'), RULES['length-repeated'])
  t.equal(ofResponse(200, 'HEAD', 'Content-Length: 5', 'Transfer-Encoding: chunked'), RULES['length-and-coding'])
  t.equal(ofResponse(204, 'GET', 'Content-Length: x'), RULES.length)
})
