import t from 'tap'
import { publishSite } from '../../../../control/api/publish-site.ts'
import { acceptSite } from '../../../../control/domain/accept-site.ts'
import { ITSELF } from '../../../../control/domain/audit.ts'
import { Publisher } from '../../../../control/push/publisher.ts'
import { IN_MEMORY } from '../../../../control/store/open-database.ts'
import { SqliteStore } from '../../../../control/store/sqlite-store.ts'
import type { Site } from '../../../../edge/contract/site.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { NO_PURGES } from '../push/no-purges.ts'

function begin(t: Scope) {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const store = new SqliteStore(IN_MEMORY, new SeededRandom())
  const standing = { publication: null, switchboard: store.switchboard(), endpoints: store.endpoints() }
  const publisher = new Publisher(standing, NO_PURGES, { clock, timers: clock, log })
  const followed: Site[] = []
  const endpoints = { follow: (site: Site) => followed.push(site) }
  t.teardown(() => publisher.close())
  t.teardown(() => store.close())
  const publish = (document: object) => {
    const accepted = acceptSite(document)
    if (!accepted.ok) throw new Error('the site of this test is not valid')
    return publishSite({ store, publisher, endpoints, clock, log }, { ...accepted, note: 'why', actor: ITSELF, from: 'site' })
  }
  return { store, publisher, followed, publish }
}

t.test('a published site is stored, sent and followed by discovery', async (t) => {
  const { store, publisher, followed, publish } = begin(t)
  t.match(publish({ name: 'a' }), { kind: 'new', publication: { revision: 1, author: 'weir', note: 'why' } })
  t.equal(store.current()?.revision, 1)
  t.equal(publisher.standing.publication?.revision, 1)
  t.same(
    followed.map(({ name }) => name),
    ['a'],
  )
})

t.test('what stands already is neither stored nor sent nor audited again', async (t) => {
  const { store, followed, publish } = begin(t)
  publish({ name: 'a' })
  t.equal(publish({ name: 'a' }).kind, 'unchanged')
  t.equal(store.audit({ limit: 9 }).length, 1)
  t.equal(followed.length, 1)
})

t.test('what cannot be stored is not sent', async (t) => {
  const { store, publisher, publish } = begin(t)
  store.close()
  t.throws(() => publish({ name: 'a' }), { code: 'STATE_UNWRITABLE' })
  t.equal(publisher.standing.publication, null)
})

t.test('the audit of a great change names some places and how many there are', async (t) => {
  const { store, publish } = begin(t)
  const fallbacks = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`f${index}`, {}]))
  publish({ name: 'a' })
  publish({ name: 'a', fallbacks })
  const change = store.audit({ limit: 1 })[0]?.change
  t.match(change, { from: 1, to: 2, changes: 80, extent: 'whole' })
  t.equal((change?.pointers as string[] | undefined)?.length, 50)
})
