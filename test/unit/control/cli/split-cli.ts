import type { Scope } from '../../../support/scope.ts'
import { SPLIT_SITE } from '../domain/split-site.ts'
import { startCli } from './cli-world.ts'

/** A command line beside a control plane whose site has routes with groups. */
export async function startSplitCli(t: Scope) {
  const cli = await startCli(t)
  cli.files.set('split.json', JSON.stringify(SPLIT_SITE))
  const { code, err } = await cli.run('publish', 'split.json', '--note', 'groups')
  if (code !== 0) throw new Error(err)
  return cli
}
