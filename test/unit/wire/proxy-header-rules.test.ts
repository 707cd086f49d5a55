import t from 'tap'
import { PROXY_RULES } from '../../../edge/wire/proxy-header-rules.ts'

t.test('each rule has a name of its own, its section and a sentence', async (t) => {
  const rules = Object.values(PROXY_RULES)
  t.equal(new Set(rules.map(({ rule }) => rule)).size, rules.length)
  for (const { rule, code, section, why } of rules) {
    t.match(rule, /^proxy-[a-z-]+$/)
    t.equal(code, 'BAD_MESSAGE')
    t.match(section, /§2/, rule)
    t.match(why, /\.$/, rule)
  }
})
