import t from 'tap'
import { acceptSite } from '../../../../control/domain/accept-site.ts'
import { draftTag, nextRevision, revisionTag, summaryOf } from '../../../../control/domain/revision.ts'
import { PublicationSchema } from '../../../../edge/contract/publication.ts'
import { validate } from '../../../../edge/contract/validate.ts'

function candidate(name: string) {
  const accepted = acceptSite({ name })
  if (!accepted.ok) throw new Error('the site of this test is not valid')
  return { site: accepted.site, digest: accepted.digest, author: 'ann', note: 'why' }
}

function published(current: Parameters<typeof nextRevision>[0], name: string, nowMs = 1_000) {
  const next = nextRevision(current, candidate(name), nowMs)
  if (next.kind !== 'new') throw new Error('nothing new')
  return next.publication
}

t.test('revisions count from one, and each is what edges take', async (t) => {
  const first = published(null, 'a')
  const second = published(first, 'b', 2_000)
  t.match(second, { revision: 2, author: 'ann', note: 'why', publishedAtMs: 2_000 })
  t.equal(validate(PublicationSchema, second).ok, true)
})

t.test('the content that stands already is no new revision', async (t) => {
  const first = published(null, 'a')
  t.same(nextRevision(first, candidate('a'), 2_000), { kind: 'unchanged', current: first })
})

t.test('old content that comes back gets a new number', async (t) => {
  const first = published(null, 'a')
  const third = published(published(first, 'b'), 'a')
  t.equal(third.revision, 3)
  t.equal(third.digest, first.digest)
})

t.test('a summary has everything but the site', async (t) => {
  t.same(Object.keys(summaryOf(published(null, 'a'))).sort(), ['author', 'digest', 'note', 'publishedAtMs', 'revision'])
})

t.test('tags of revisions and drafts are strong and cannot be mixed up', async (t) => {
  t.equal(revisionTag(0), '"r0"')
  t.equal(draftTag({ version: 3, base: 1, author: '', savedAtMs: 0, site: {} }), '"d3"')
})
