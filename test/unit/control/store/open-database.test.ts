import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openDatabase } from '../../../../control/store/open-database.ts'
import { MIGRATIONS } from '../../../../control/store/schema.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

t.test('the folder and the file are for their user only', async (t) => {
  const stateDir = join(tempDir(t), 'a', 'b')
  openDatabase(stateDir).close()
  t.equal(modeOf(stateDir), '700')
  t.equal(modeOf(join(stateDir, 'control.db')), '600')
})

t.test('a folder that others could read is closed to them', async (t) => {
  const stateDir = join(tempDir(t), 'state')
  mkdirSync(stateDir)
  chmodSync(stateDir, 0o755)
  openDatabase(stateDir).close()
  t.equal(modeOf(stateDir), '700')
})

t.test('a commit is on disk before it is answered', async (t) => {
  const database = openDatabase(tempDir(t))
  t.teardown(() => database.close())
  t.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal')
  t.equal(database.prepare('PRAGMA synchronous').get()?.synchronous, 2)
})

t.test('a file that is no database is refused and left as it is', async (t) => {
  const stateDir = tempDir(t)
  const path = join(stateDir, 'control.db')
  const garbage = 'this is no database, however long one looks at it. '.repeat(100)
  writeFileSync(path, garbage)
  t.throws(() => openDatabase(stateDir), {
    code: 'CONFIG_UNREADABLE',
    detail: { path, reason: /the database is damaged .*move it away to begin anew/ },
  })
  t.equal(readFileSync(path, 'utf8'), garbage)
})

t.test('a database with overwritten pages is refused', async (t) => {
  const stateDir = tempDir(t)
  openDatabase(stateDir).close()
  const path = join(stateDir, 'control.db')
  const bytes = readFileSync(path)
  bytes.fill(0xa5, 4096, bytes.length)
  writeFileSync(path, bytes)
  t.throws(() => openDatabase(stateDir), { code: 'CONFIG_UNREADABLE', detail: { reason: /damaged/ } })
})

t.test('a database of a newer version is refused', async (t) => {
  const stateDir = tempDir(t)
  const database = openDatabase(stateDir)
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
  database.close()
  t.throws(() => openDatabase(stateDir), { code: 'CONFIG_UNREADABLE', detail: { reason: /made by a newer Weir/ } })
})

t.test('a database that was never migrated is brought to the present version, and stays there', async (t) => {
  const stateDir = tempDir(t)
  new DatabaseSync(join(stateDir, 'control.db')).close()
  for (const _ of ['first', 'second']) {
    const database = openDatabase(stateDir)
    t.equal(database.prepare('PRAGMA user_version').get()?.user_version, MIGRATIONS.length)
    database.close()
  }
})

t.test('a state folder that cannot be made is refused', async (t) => {
  const file = join(tempDir(t), 'file')
  writeFileSync(file, '')
  t.throws(() => openDatabase(join(file, 'state')), { code: 'STATE_UNWRITABLE', detail: { reason: /the state folder cannot be used/ } })
})
