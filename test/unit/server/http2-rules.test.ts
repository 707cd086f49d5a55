import t from 'tap'
import { HTTP2_RULES } from '../../../edge/server/http2-rules.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'

t.test('each rule has its section, its sentence and a name that no other rule has', async (t) => {
  for (const [name, fault] of Object.entries(HTTP2_RULES)) {
    t.equal(fault.rule, name)
    t.match(name, /^h2-[a-z-]+$/)
    t.match(fault.section, /^RFC 9113 §8\.[0-9.]+$/)
    t.match(fault.why, /^[A-Z][^:].*\.$/)
    t.notOk(name in RULES)
  }
})
