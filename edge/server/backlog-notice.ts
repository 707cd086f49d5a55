// What becomes of connections that nobody has accepted yet when one of several listeners of a port closes: Linux resets them, unless
// it is told to give them to the others (tcp_migrate_req, since 5.14). An edge that hands its sockets to its successor does not need that.

import type { Files, Log } from '../base/ports.ts'

const SETTING = '/proc/sys/net/ipv4/tcp_migrate_req'

/** Says in the log when a takeover through a shared port can lose connections on this machine. */
export async function noticeBacklog(files: Files, log: Log): Promise<void> {
  const setting = await files.read(SETTING)
  if (setting?.trim() !== '0') return
  log.info({
    event: 'backlog-not-migrated',
    message:
      'when an edge ends beside another on the same port, connections that it has not accepted yet are reset; ' +
      'set net.ipv4.tcp_migrate_req=1 with sysctl, and they go to the other',
  })
}
