import t from 'tap'
import { type FlagTable, parseLine, readCount } from '../../../../control/cli/flags.ts'

const TABLE: FlagTable = {
  for: { value: 'DURATION', help: '' },
  header: { value: 'H', help: '', times: 'many' },
  json: { value: null, help: '' },
  count: { value: 'N', help: '' },
}

t.test('words and flags are told apart wherever they stand', (t) => {
  const { args, flags } = parseLine(['a', '--for', '5m', 'b', '--json', 'c', '--count=3'], TABLE)
  t.same(args, ['a', 'b', 'c'])
  t.equal(flags.durationMs('for'), 300_000)
  t.equal(flags.count('count'), 3)
  t.ok(flags.has('json'))
  t.equal(flags.text('header'), undefined)
  t.equal(flags.durationMs('header'), undefined)
  t.end()
})

t.test('a flag may be given several times', (t) => {
  const { flags } = parseLine(['--header', 'a: 1', '--header', 'b: 2'], TABLE)
  t.same(flags.texts('header'), ['a: 1', 'b: 2'])
  t.equal(flags.text('header'), 'b: 2')
  t.end()
})

t.test('an unknown flag is refused with the nearest one', (t) => {
  t.throws(() => parseLine(['--fro', '5m'], TABLE), { exitCode: 2, message: 'there is no flag --fro; did you mean "--for"?' })
  t.throws(() => parseLine(['--constructor'], TABLE), { exitCode: 2, message: /^there is no flag --constructor/ })
  t.throws(() => parseLine(['-x'], TABLE), { message: 'there is no flag -x' })
  t.end()
})

t.test('a value that is missing, or one too many, is refused', (t) => {
  t.throws(() => parseLine(['--for'], TABLE), { message: '--for needs a value: --for DURATION' })
  t.throws(() => parseLine(['--for', '--json'], TABLE), { message: /needs a value/ })
  t.throws(() => parseLine(['--json=yes'], TABLE), { message: '--json takes no value' })
  t.equal(parseLine(['--header=-x'], TABLE).flags.text('header'), '-x', 'with = it is meant')
  t.end()
})

t.test('what is no duration or count is refused by its flag', (t) => {
  t.throws(() => parseLine(['--for', 'soon'], TABLE).flags.durationMs('for'), { exitCode: 2, message: /--for must be a duration such as/ })
  for (const text of ['0', '-1', '1.5', 'x', ''])
    t.throws(() => readCount('--count', text), { message: /--count must be a whole number/ }, text)
  t.end()
})
