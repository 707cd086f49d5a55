import t from 'tap'
import { codeOnly, importsOf, lineAt, withoutComments } from './source-text.ts'

t.test('comments, strings and patterns are blanked, and lines keep their numbers', async (t) => {
  const text = ["const a = 'x // y' // z", '/* b', 'c */ const d = /\\/\\/ "e/g', 'const f = g / h / i'].join('\n')
  const code = codeOnly(text)
  t.equal(code.replace(/ +/g, ' '), 'const a = \n \n const d = \nconst f = g / h / i')
  t.equal(lineAt(code, code.indexOf('const f')), 4)
})

t.test('a quote inside a pattern or a comment opens no string', async (t) => {
  const text = `const quote = /['"]/\n// it's\nconst after = 1\nreturn /[/'"]/.test(word) && next`
  t.match(codeOnly(text), /^const after = 1$/m)
  t.match(codeOnly(text), /\.test\(word\) && next$/)
})

t.test('code inside a template stays', async (t) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is code that holds a template
  t.equal(codeOnly('const a = `b ${c()} // d`'), 'const a = `b ${c()} // d`')
})

t.test('strings stay where only comments go', async (t) => {
  t.equal(withoutComments("a('//b') // c").trimEnd(), "a('//b')")
})

t.test('an import tells its names and whether it is of types only', async (t) => {
  const text = "import { a, b as c, type D } from 'one'\nimport type { E } from 'two'\nimport f, * as g from 'three'\nimport 'four'"
  t.same(importsOf(text), [
    { to: 'one', isTypeOnly: false, names: ['a', 'b', 'type D'] },
    { to: 'two', isTypeOnly: true, names: ['E'] },
    { to: 'three', isTypeOnly: false, names: [] },
    { to: 'four', isTypeOnly: false, names: [] },
  ])
})
