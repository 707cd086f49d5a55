import t from 'tap'
import { EMPTY_ENDPOINTS, EndpointsSchema, PublicationSchema } from '../../../edge/contract/publication.ts'
import { accepted, refusedAt } from './accepts.ts'

const publication = { revision: 1, digest: 'a'.repeat(64), publishedAtMs: 1, author: 'ops', note: '', site: {} }

t.test('a publication carries a whole site, and is numbered from 1', (t) => {
  t.same(accepted(PublicationSchema, publication).site.hosts, ['*'])
  t.same(refusedAt(PublicationSchema, { ...publication, revision: 0, digest: 'A'.repeat(64) }), ['/revision', '/digest'])
  t.same(refusedAt(PublicationSchema, { ...publication, site: { routes: { r: { pathh: 1 } } } }), ['/site/routes/r/pathh'])
  t.end()
})

t.test('endpoints name peers with their weights', (t) => {
  const services = [{ service: 'shop', peers: [{ address: 'a:1' }], seenAtMs: 1 }]
  t.equal(accepted(EndpointsSchema, { seq: 1, services }).services[0]?.peers[0]?.weight, 1)
  t.same(refusedAt(EndpointsSchema, EMPTY_ENDPOINTS), [])
  t.end()
})
