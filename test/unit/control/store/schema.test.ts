import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { MIGRATIONS } from '../../../../control/store/schema.ts'

t.test('the migrations in their order make the tables, once each', async (t) => {
  const database = new DatabaseSync(':memory:')
  t.teardown(() => database.close())
  for (const sql of MIGRATIONS) database.exec(sql)
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").all()
  t.same(
    tables.map(({ name }) => name),
    ['audit', 'draft', 'endpoints', 'meta', 'purge_head', 'purge_repeats', 'purges', 'revisions', 'switchboard', 'tokens'],
  )
})

t.test('a revision can neither be changed nor removed by hand', async (t) => {
  const database = new DatabaseSync(':memory:')
  t.teardown(() => database.close())
  for (const sql of MIGRATIONS) database.exec(sql)
  database.exec("INSERT INTO revisions VALUES (1, 'd', 0, 'a', 'n', '{}')")
  t.throws(() => database.exec("UPDATE revisions SET note = 'x'"), /never changes/)
  t.throws(() => database.exec('DELETE FROM revisions'), /never removed/)
})
