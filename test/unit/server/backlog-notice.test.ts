import t from 'tap'
import { noticeBacklog } from '../../../edge/server/backlog-notice.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const SETTING = '/proc/sys/net/ipv4/tcp_migrate_req'

async function noticed(text: string | null): Promise<unknown[]> {
  const log = new RecordingLog()
  const files = new MemoryFiles()
  if (text !== null) await files.writeAtomic(SETTING, text)
  await noticeBacklog(files, log)
  return log.of('backlog-not-migrated')
}

t.test('where a closing listener resets what it has not accepted, the log says what to set', async (t) => {
  t.match(await noticed('0\n'), [{ message: /net\.ipv4\.tcp_migrate_req=1/ }])
})

t.test('where others get it, or the system has no such setting, nothing is said', async (t) => {
  t.same(await noticed('1\n'), [])
  t.same(await noticed(null), [])
})
