import t from 'tap'
import { IN_MEMORY, openDatabase } from '../../../../control/store/open-database.ts'
import { Sql } from '../../../../control/store/sql.ts'

t.test('a write is whole or not at all, and what fails says so as a fault of the store', async (t) => {
  const sql = new Sql(openDatabase(IN_MEMORY))
  const half = () =>
    sql.write(null, () => {
      sql.run("INSERT INTO meta VALUES ('a', '1')")
      sql.run("INSERT INTO meta VALUES ('a', '2')")
    })
  t.throws(half, { code: 'STATE_UNWRITABLE' })
  t.equal(sql.get('SELECT * FROM meta'), undefined)
  t.throws(() => sql.all('SELECT * FROM nowhere'), { code: 'CONFIG_UNREADABLE' })
  sql.close()
  t.doesNotThrow(() => sql.close(), 'and closing twice is harmless')
})
