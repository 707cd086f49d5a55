import t from 'tap'
import { canonicalLanguages, lookupLanguage } from '../../../edge/http/accept-language.ts'

const one = (...lines: string[]) => canonicalLanguages(lines)

t.test('what browsers send stays as it is', async (t) => {
  for (const line of ['en-US,en;q=0.9', 'de-CH,de;q=0.8,en;q=0.5,*;q=0.3', 'zh-Hant-TW,zh;q=0.7', '*']) t.equal(one(line), line)
})

t.test('case, blanks, order by weight and spelling of weights make no difference', async (t) => {
  t.equal(one('EN ; Q=0.50 ,dE-ch'), 'de-CH,en;q=0.5')
  t.equal(one('en;q=0.9', 'en-us;q=1.000'), 'en-US,en;q=0.9')
  t.equal(one('X-PIG-LATIN'), 'x-pig-latin')
  t.equal(one(', ,'), '')
})

t.test('equals stay in their order, since servers take the first', async (t) => {
  t.not(one('de,en'), one('en,de'))
})

t.test('what is no list of languages, or too long a one, is not read', async (t) => {
  for (const line of ['<script>', 'en;q=2', 'en;level=1', 'en_US', 'e n', 'abcdefghi']) t.equal(one(line), null, line)
  t.equal(one(Array.from({ length: 33 }, (_, i) => `a-x${i}`).join()), null)
})

const HAVE = ['en', 'de', 'fr-CH', 'zh-Hant']

t.test('the language that fits best is found, the default when none does', async (t) => {
  const found = (line: string) => lookupLanguage([line], HAVE)
  t.equal(found('de-AT,de;q=0.9'), 'de', 'a range is shortened')
  t.equal(found('ZH-hant-tw'), 'zh-Hant')
  t.equal(found('zh-Hant-x-a'), 'zh-Hant', 'a single letter goes with what it led')
  t.equal(found('fr'), 'fr-CH', 'a kind of it will do')
  t.equal(found('it,de;q=0.1'), 'de')
  t.equal(found('de;q=0.1,fr;q=0.5'), 'fr-CH')
  for (const line of ['it', '*', '', '<script>', 'de-']) t.equal(found(line), 'en', line)
})

t.test('what is refused is not given while there is anything else', async (t) => {
  t.equal(lookupLanguage(['en;q=0, *'], HAVE), 'de')
  t.equal(lookupLanguage(['en;q=0'], ['en']), 'en')
})
