// One command line from its words to its exit code: the verb is found, the flags are read, and what a command throws is told once.

import { didYouMean } from '../../edge/contract/nearest.ts'
import { CliError, EXIT, usageError } from './cli-error.ts'
import type { Command, Surroundings } from './command.ts'
import { COMMON_FLAGS, parseLine } from './flags.ts'
import { commandHelp, EDGE_VERBS, overview } from './help.ts'

/** Runs the command that the words name. @returns the exit code @throws what is no CliError: a fault of ours */
export async function runCommand(words: readonly string[], commands: readonly Command[], world: Surroundings): Promise<number> {
  // Timers keep no process alive: without this, a command that waits for one would end here, in silence and with 0.
  const release = world.hold()
  try {
    return await dispatch(words, commands, world)
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown
    tell(thrown, words, world)
    return thrown.exitCode
  } finally {
    release()
  }
}

async function dispatch(words: readonly string[], commands: readonly Command[], world: Surroundings): Promise<number> {
  const [verb, ...rest] = words
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') return help(rest[0], commands, world)
  const command = find(verb === '--version' || verb === '-v' ? 'version' : verb, commands)
  const { args, flags } = parseLine(rest, { ...command.flags, ...COMMON_FLAGS })
  if (flags.has('help')) return help(command.name, commands, world)
  return command.run({ ...world, args, flags })
}

function help(verb: string | undefined, commands: readonly Command[], { terminal }: Surroundings): number {
  if (EDGE_VERBS.some(([name]) => name === verb)) {
    terminal.out(`\`weir ${verb} --help\` says how it is used.`)
    return EXIT.done
  }
  const lines = verb === undefined ? overview(commands) : commandHelp(find(verb, commands))
  for (const line of lines) terminal.out(line)
  return EXIT.done
}

function find(verb: string, commands: readonly Command[]): Command {
  const command = commands.find(({ name }) => name === verb)
  if (command) return command
  const names = ['help', ...EDGE_VERBS.map(([name]) => name), ...commands.map(({ name }) => name)]
  throw usageError(`there is no command ${JSON.stringify(verb)}${didYouMean(verb, names)}`)
}

function tell(error: CliError, words: readonly string[], { terminal }: Surroundings): void {
  if (words.includes('--json')) terminal.out(JSON.stringify({ error: error.message, problems: error.problems }, null, 2))
  terminal.err(`weir: ${error.message}`)
  if (error.exitCode !== EXIT.usage) return
  terminal.err(
    words[0] === undefined || error.message.startsWith('there is no command')
      ? '`weir help` lists them.'
      : `\`weir ${words[0]} --help\` says how it is used.`,
  )
}
