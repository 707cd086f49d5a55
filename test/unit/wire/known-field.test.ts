import t from 'tap'
import { CONTENT_LENGTH, framesBody, HOST, KNOWN_NAMES, knownField, TRANSFER_ENCODING } from '../../../edge/wire/known-field.ts'

const numberOf = (name: string) => knownField(Buffer.from(`xx${name}: v`, 'latin1'), 2, name.length)

t.test('each known field is found in any case', async (t) => {
  for (const [number, name] of KNOWN_NAMES.entries()) {
    t.equal(numberOf(name), number, name)
    t.equal(numberOf(name.toUpperCase()), number, name)
    t.equal(numberOf(name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())), number, name)
  }
})

t.test('a name that differs in one letter is another', async (t) => {
  for (const name of KNOWN_NAMES) {
    for (let i = 0; i < name.length; i++) {
      for (const letter of ['x', '_', '^', '-', '1', '~'].filter((other) => other !== name[i]))
        t.equal(numberOf(name.slice(0, i) + letter + name.slice(i + 1)), -1, `${letter} at ${i} of ${name}`)
    }
    t.equal(numberOf(`${name}s`), -1)
    t.equal(numberOf(name.slice(1)), -1)
  }
})

t.test('two of them say where the body ends', async (t) => {
  t.same(
    KNOWN_NAMES.map((_, number) => number).filter((number) => framesBody(number)),
    [CONTENT_LENGTH, TRANSFER_ENCODING],
  )
  t.notOk(framesBody(HOST))
})
