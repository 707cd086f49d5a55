import t from 'tap'
import { acceptSite } from '../../../../control/domain/accept-site.ts'
import { auditEntry, ITSELF } from '../../../../control/domain/audit.ts'
import { mintToken } from '../../../../control/domain/token.ts'
import { IN_MEMORY } from '../../../../control/store/open-database.ts'
import { SqliteStore } from '../../../../control/store/sqlite-store.ts'
import { EdgeError } from '../../../../edge/base/edge-error.ts'
import type { Publication } from '../../../../edge/contract/publication.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const random = new SeededRandom(7)
const entry = (subject: string) => auditEntry(ITSELF, { action: 'site.publish', subject, reason: 'why', change: { a: [1] } }, 1_000)

function revision(number: number): Publication {
  const accepted = acceptSite({ name: `site ${number}` })
  if (!accepted.ok) throw new Error('the site of this test is not valid')
  return { revision: number, digest: accepted.digest, publishedAtMs: number, author: 'ann', note: 'n', site: accepted.site }
}

function open(t: Scope, stateDir: string = IN_MEMORY): SqliteStore {
  const store = new SqliteStore(stateDir, random)
  t.teardown(() => store.close())
  return store
}

const token = mintToken({ name: 'ann', role: 'admin' }, { key: 'k', random, nowMs: 1 }).record
const board = { seq: 4, switches: [], overrides: [] }
const endpoints = { seq: 9, services: [{ service: 'shop', peers: [{ address: '10.0.0.1:80', weight: 2 }], seenAtMs: 5 }] }

t.test('an empty store has nothing published, nothing set, nobody', async (t) => {
  const store = open(t)
  t.equal(store.current(), null)
  t.equal(store.draft(), null)
  t.same(store.switchboard(), { seq: 0, switches: [], overrides: [] })
  t.same(store.endpoints(), { seq: 0, services: [] })
  t.same(store.tokens(), [])
  t.same(store.audit({ limit: 10 }), [])
})

t.test('all that is kept is there after a restart', async (t) => {
  const stateDir = tempDir(t)
  const store = new SqliteStore(stateDir, random)
  store.publish(revision(1), 'site', entry('r1'))
  store.publish(revision(2), 'site', entry('r2'))
  store.saveDraft({ base: 2, author: 'bob', savedAtMs: 3, site: { half: 'done' } }, entry('d'))
  store.saveSwitchboard(board, entry('s'))
  store.saveEndpoints(endpoints)
  store.saveRefusals(['shop'], entry('h'))
  store.addToken(token, entry('t'))
  const key = store.tokenKey()
  store.close()

  const again = open(t, stateDir)
  t.same(again.current(), revision(2))
  t.same(again.revision(1), revision(1))
  t.same(again.draft(), { version: 1, base: 2, author: 'bob', savedAtMs: 3, site: { half: 'done' } })
  t.same(again.switchboard(), board)
  t.same(again.endpoints(), endpoints)
  t.same(again.refusals(), ['shop'])
  t.same(again.tokens(), [token])
  t.equal(again.tokenKey(), key)
  t.same(
    again.audit({ limit: 10 }).map(({ subject }) => subject),
    ['t', 'h', 's', 'd', 'r2', 'r1'],
  )
})

t.test('revisions are read in pages, newest first', async (t) => {
  const store = open(t)
  for (const number of [1, 2, 3, 4]) store.publish(revision(number), 'site', entry('r'))
  const numbers = (page: { limit: number; before?: number }) => store.revisions(page).map(({ revision }) => revision)
  t.same(numbers({ limit: 2 }), [4, 3])
  t.same(numbers({ limit: 2, before: 3 }), [2, 1])
  t.equal(store.revision(5), null)
})

t.test('a revision that is there already is refused whole: neither it nor its audit is kept', async (t) => {
  const store = open(t)
  store.publish(revision(1), 'site', entry('r1'))
  const other = { ...revision(1), note: 'another' }
  t.throws(() => store.publish(other, 'site', entry('again')), { code: 'STATE_UNWRITABLE' })
  t.equal(store.current()?.note, 'n')
  t.equal(store.audit({ limit: 10 }).length, 1)
  store.publish(revision(2), 'site', entry('r2'))
  t.equal(store.current()?.revision, 2, 'and the store goes on')
})

t.test('publishing the draft takes the draft away, publishing a site leaves it', async (t) => {
  const store = open(t)
  const draft = { base: 0, author: 'ann', savedAtMs: 1, site: {} }
  store.saveDraft(draft, entry('d'))
  store.publish(revision(1), 'site', entry('r1'))
  t.ok(store.draft())
  store.publish(revision(2), 'draft', entry('r2'))
  t.equal(store.draft(), null)
})

t.test('the version of drafts counts on when a draft is dropped', async (t) => {
  const store = open(t)
  const draft = { base: 0, author: 'ann', savedAtMs: 1, site: {} }
  t.equal(store.saveDraft(draft, entry('d')).version, 1)
  store.dropDraft(entry('d'))
  t.equal(store.saveDraft(draft, entry('d')).version, 2)
})

t.test('an audit record comes back as it was written', async (t) => {
  const store = open(t)
  const actor = { name: 'ann', address: '192.0.2.7', requestId: 'abc' }
  const written = auditEntry(actor, { action: 'switch.set', subject: 'sale', reason: 'load', change: { forMs: 5 } }, 1_234)
  store.saveSwitchboard(board, written)
  t.same(store.audit({ limit: 1 }), [{ id: 1, ...written }])
  t.same(store.audit({ limit: 1, before: 1 }), [])
})

t.test('a token is dropped by its id', async (t) => {
  const store = open(t)
  store.addToken(token, entry('t'))
  store.dropToken(token.id, entry('t'))
  t.same(store.tokens(), [])
})

t.test('a second store on the same folder is refused with a sentence', async (t) => {
  const stateDir = tempDir(t)
  open(t, stateDir)
  const thrown = t.throws(() => new SqliteStore(stateDir, random)) as unknown
  t.ok(thrown instanceof EdgeError)
  t.match(thrown, { code: 'STATE_UNWRITABLE', detail: { reason: /another control plane uses this state folder/ } })
})
