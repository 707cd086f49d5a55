import t from 'tap'
import { readConsoleFiles } from '../../../../control/api/console-files.ts'

t.test('only files of the list are read, and one that is missing is not served', async (t) => {
  const asked: string[] = []
  const read = async (path: string) => {
    asked.push(path)
    return path.endsWith('index.html') ? '<p>' : null
  }
  const files = await readConsoleFiles({ read, writeAtomic: async () => {}, watch: () => () => {} })
  t.same(
    files.map(({ path }) => path),
    ['/', '/console'],
  )
  for (const path of asked) t.match(path, /control\/console\/[a-z.]+$/)
})
