import t from 'tap'
import { ERRORS } from '../../../edge/contract/errors.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'
import { readRequests, readResponses } from '../../support/wire-reading.ts'
import { REFUSED_REQUESTS, REFUSED_RESPONSES } from '../../support/wire-samples.ts'
import { readAnyCut } from './read-any-cut.ts'

t.test('every rule has its name, a code for clients, its place and its reason', async (t) => {
  for (const [name, fault] of Object.entries(RULES)) {
    t.ok(fault instanceof WireFault)
    t.equal(fault.rule, name)
    t.equal(ERRORS[fault.code].source, 'client', name)
    t.match(fault.section, /^RFC 911[0-3] §[0-9.]+$/, name)
    t.match(fault.why, /^[A-Z].+[^.]\.$/, name)
  }
})

t.test('what does not break HTTP as such has a status of its own', async (t) => {
  const statusOf = (rule: keyof typeof RULES) => ERRORS[RULES[rule].code].status
  t.equal(statusOf('bare-lf'), 400)
  t.equal(statusOf('target-too-long'), 414)
  t.equal(statusOf('field-too-large'), 431)
  t.equal(statusOf('too-many-fields'), 431)
  t.equal(statusOf('head-too-large'), 431)
  t.equal(statusOf('coding-unknown'), 501)
  t.equal(statusOf('version-unsupported'), 505)
  t.equal(RULES['host-missing'].code, 'BAD_HOST')
})

t.test('every rule has a sample that breaks it', async (t) => {
  const broken = new Set([...REFUSED_REQUESTS, ...REFUSED_RESPONSES].map(([rule]) => rule))
  t.same(
    Object.keys(RULES).filter((rule) => !broken.has(rule as keyof typeof RULES)),
    [],
  )
})

t.test('each sample is refused by its rule, whole and however it is cut', async (t) => {
  const readAnswers = (bytes: Buffer, cuts: readonly number[]) => readResponses(bytes, 'GET', cuts)
  for (const [rule, text] of REFUSED_REQUESTS) t.equal(readAnyCut(t, text, readRequests).rule, rule, JSON.stringify(text.slice(0, 200)))
  for (const [rule, text] of REFUSED_RESPONSES) t.equal(readAnyCut(t, text, readAnswers).rule, rule, JSON.stringify(text.slice(0, 200)))
})
