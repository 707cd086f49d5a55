import t from 'tap'
import { startTestControl } from './test-control.ts'

t.test('the audit is read in pages, newest first', async (t) => {
  const control = await startTestControl(t)
  for (const name of ['ann', 'bob', 'cleo']) await control.makeToken(name, 'viewer')
  const page = async (query: string) => (await control.call({ path: `/v1/audit${query}` })).json.audit
  const newest = await page('?limit=2')
  t.match(newest, [{ subject: 'cleo' }, { subject: 'bob' }])
  t.match(await page(`?limit=2&before=${newest[1].id}`), [{ subject: 'ann' }, { subject: 'first edge', actor: 'weir' }])
  t.equal((await page('')).length, 5)
})
