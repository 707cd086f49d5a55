import t from 'tap'
import { commandHelp, overview } from '../../../../control/cli/help.ts'
import { COMMANDS } from '../../../../control/cli/main.ts'

t.test('the overview names every verb, those of the edge too, and the exit codes', (t) => {
  const lines = overview(COMMANDS)
  for (const verb of ['proxy', 'edge', ...COMMANDS.map(({ name }) => name)])
    t.ok(
      lines.some((line) => line.startsWith(`  ${verb} `)),
      verb,
    )
  t.match(lines.join('\n'), /Exit codes: 0 done, 1 refused/)
  t.end()
})

t.test('all of it fits into 80 columns, whatever is no line to type', (t) => {
  for (const line of [overview(COMMANDS), ...COMMANDS.map(commandHelp)].flat())
    if (!line.startsWith('  npx ')) t.ok(line.length <= 80, line)
  t.end()
})

t.test('the help of a command has its forms, its flags and lines to try', (t) => {
  const lines = commandHelp(COMMANDS.find(({ name }) => name === 'degrade')!)
  t.match(lines.join('\n'), /^Usage: weir degrade ROUTE/m)
  t.match(lines.join('\n'), /^ +weir degrade off NAME/m)
  t.match(lines.join('\n'), /^ {2}--for DURATION +how long/m)
  t.match(lines.join('\n'), /^ {2}--json +print the result as JSON$/m)
  t.match(lines.join('\n'), /^ {2}npx weir degrade /m)
  t.end()
})
