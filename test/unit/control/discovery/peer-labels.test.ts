import t from 'tap'
import { MAX_LABEL_CHARACTERS, MAX_SERVICE_CHARACTERS, peerLabels, withinLabels } from '../../../../control/discovery/peer-labels.ts'
import { PeerSchema } from '../../../../edge/contract/peer.ts'
import { validate } from '../../../../edge/contract/validate.ts'

t.test('the zone is what the service says, then its node, then the locality, then the datacenter', (t) => {
  const whole = {
    Service: { Meta: { zone: 'a', rack: 'r7' }, Locality: { Zone: 'c' } },
    Node: { Meta: { zone: 'b' }, Locality: { Zone: 'd' }, Datacenter: 'dc1' },
  }
  const zone = (entry: object, name = 'zone') => peerLabels(entry as never, name).zone
  t.equal(zone(whole), 'a')
  t.equal(zone(whole, 'rack'), 'r7')
  t.equal(zone({ ...whole, Service: { Locality: { Zone: 'c' } } }), 'b')
  t.equal(zone({ Service: { Locality: { Zone: 'c' } }, Node: { Datacenter: 'dc1' } }), 'c')
  t.equal(zone({ Service: {}, Node: { Locality: { Zone: 'd' }, Datacenter: 'dc1' } }), 'd')
  t.equal(zone({ Service: { Meta: { zone: 'not a zone' } }, Node: { Datacenter: 'dc1' } }), 'dc1', 'what is none is passed over')
  t.equal(zone({}), undefined)
  t.end()
})

t.test('tags and metadata travel in an order of their own', (t) => {
  const entry = { Service: { Tags: ['v2', 'blue', 'v2'], Meta: { version: '2', build: '7' } } }
  t.same(peerLabels(entry, 'zone'), { tags: ['blue', 'v2'], meta: { build: '7', version: '2' } })
  t.same(Object.keys(peerLabels(entry, 'zone').meta ?? {}), ['build', 'version'])
  t.end()
})

t.test('whatever is registered, the labels are as the contract wants them', (t) => {
  const long = 'x'.repeat(200)
  const wild = [
    { Service: { Tags: 'blue', Meta: ['a'] } },
    { Service: { Tags: [5, null, 'a b', '', long, 'ok'], Meta: { 'a b': '1', ok: 5, fine: 'y', [long]: 'z', huge: 'x'.repeat(300) } } },
    {
      Service: {
        Tags: Array.from({ length: 500 }, (_, i) => `t${i}`),
        Meta: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`m${i}`, 'v'])),
      },
    },
    { Service: { Tags: [], Meta: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`m${i}`, 'v'.repeat(256)])) } },
    { Service: JSON.parse('{"Meta":{"__proto__":"x","constructor":"y"}}') },
  ]
  for (const entry of wild) {
    const labels = peerLabels(entry, 'zone')
    t.ok(validate(PeerSchema, { address: 'a:1', ...labels }).ok, JSON.stringify(entry).slice(0, 80))
    const characters = JSON.stringify([labels.tags ?? [], Object.entries(labels.meta ?? {})]).length
    t.ok(characters < 2 * MAX_LABEL_CHARACTERS, `${characters}`)
  }
  t.same(peerLabels(wild[1] as never, 'zone'), { tags: ['ok'], meta: { fine: 'y' } })
  t.end()
})

t.test('the labels of a whole service are bounded, and peers beyond the bound keep everything else', (t) => {
  const peer = { address: 'a:1', weight: 2, zone: 'fra', tags: ['x'.repeat(100)], meta: { note: 'y'.repeat(196) } }
  const few = [peer, peer]
  t.same(withinLabels(few), few)
  const whole = Math.floor(MAX_SERVICE_CHARACTERS / 300)
  const bounded = withinLabels(Array.from({ length: whole + 2 }, () => peer))
  t.same(bounded[whole - 1], peer)
  t.same(bounded[whole], { address: 'a:1', weight: 2, zone: 'fra' })
  t.end()
})
