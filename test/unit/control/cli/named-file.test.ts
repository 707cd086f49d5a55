import t from 'tap'
import { readNamedFile, readSiteFile } from '../../../../control/cli/named-file.ts'

const files = (read: (path: string) => Promise<string | null>) => ({ files: { read, writeAtomic: async () => {}, watch: () => () => {} } })

t.test('a file that is not there or cannot be read is one sentence', async (t) => {
  await t.rejects(
    readNamedFile(
      files(async () => null),
      'x',
    ),
    { message: 'there is no file x' },
  )
  const folder = async () => {
    throw Object.assign(new Error('EISDIR: illegal operation'), { code: 'EISDIR' })
  }
  await t.rejects(readNamedFile(files(folder), 'conf'), { message: 'conf cannot be read: that is a folder, not a file' })
})

t.test('a site with problems is told line by line and refused', async (t) => {
  const err: string[] = []
  const terminal = { out: () => {}, err: (line: string) => void err.push(line), columns: 80, interactive: false, draw: () => {} }
  const world = { ...files(async () => 'routes: 1\nlimits: 2\n'), terminal }
  await t.rejects(readSiteFile(world, 's.yaml'), { exitCode: 1, message: 's.yaml has 2 problems; nothing was changed' })
  t.equal(err.length, 2)
  t.match(err[0], /^s\.yaml:1:1 {2}\/routes /)
})
