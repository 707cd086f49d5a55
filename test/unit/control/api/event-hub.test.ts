import t from 'tap'
import { COMMENT_EVERY_MS, EDGES_EVERY_MS, EventHub, MAX_BEHIND_BYTES, MAX_SUBSCRIBERS } from '../../../../control/api/event-hub.ts'
import { Publisher } from '../../../../control/push/publisher.ts'
import { EMPTY_ENDPOINTS } from '../../../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../../../edge/contract/switchboard.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { NO_PURGES } from '../push/no-purges.ts'
import { helloLine, RecordedSocket } from '../push/recorded-socket.ts'

function begin() {
  const clock = new ManualClock()
  const standing = { publication: null, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }
  const publisher = new Publisher(standing, NO_PURGES, { clock, timers: clock, log: new RecordingLog() })
  const hub = new EventHub(publisher, clock)
  const subscribe = (tokenId = 't') => {
    const seen = { texts: [] as string[], waiting: 0, closed: 0 }
    const subscriber = {
      tokenId,
      write: (text: string) => seen.texts.push(text),
      waitingBytes: () => seen.waiting,
      close: () => seen.closed++,
    }
    hub.add(subscriber)
    return { seen, subscriber, names: () => seen.texts.map((text) => /^event: (\w+)/.exec(text)?.[1] ?? 'comment') }
  }
  const edge = (edgeId: string) => publisher.open(new RecordedSocket(), { address: '', tokenId: 'e' })?.receive(helloLine(edgeId), 0)
  return { clock, publisher, hub, subscribe, edge }
}

t.test('a subscriber is told at once how everything stands', async (t) => {
  const { subscribe } = begin()
  t.same(subscribe().names(), ['revision', 'switchboard', 'endpoints', 'edges'])
})

t.test('a flip is told in its tick, news of edges at most twice a second', async (t) => {
  const { subscribe, publisher, edge, clock } = begin()
  const { names } = subscribe()
  for (const id of ['a', 'b', 'c']) edge(id)
  publisher.switches({ seq: 1, switches: [], overrides: [] })
  t.same(names().slice(4), ['switchboard'])
  clock.advance(EDGES_EVERY_MS)
  t.same(names().slice(4), ['switchboard', 'edges'])
  clock.advance(EDGES_EVERY_MS)
  t.equal(names().length, 6, 'and nothing while nothing happens')
})

t.test('a comment is sent when nothing else is', async (t) => {
  const { subscribe, clock } = begin()
  const { names } = subscribe()
  clock.advance(COMMENT_EVERY_MS)
  t.same(names().slice(4), ['comment'])
})

t.test('a subscriber that is too far behind is let go', async (t) => {
  const { subscribe, publisher } = begin()
  const { seen } = subscribe()
  seen.waiting = MAX_BEHIND_BYTES
  publisher.endpoints({ seq: 1, services: [] })
  t.equal(seen.closed, 0)
  seen.waiting = MAX_BEHIND_BYTES + 1
  publisher.endpoints({ seq: 2, services: [] })
  publisher.endpoints({ seq: 3, services: [] })
  t.equal(seen.closed, 1)
  t.equal(seen.texts.length, 5)
})

t.test('what begins to be held is told at once', async (t) => {
  const { subscribe, hub } = begin()
  const { seen } = subscribe()
  hub.holds(2)
  t.equal(seen.texts.at(-1), 'event: holds\ndata: {"held":2}\n\n')
})

t.test('there are only so many subscribers, and one that leaves makes room', async (t) => {
  const { hub, subscribe } = begin()
  const first = subscribe()
  for (let count = 1; count < MAX_SUBSCRIBERS; count++) subscribe()
  t.equal(hub.full, true)
  t.same(subscribe().seen, { texts: [], waiting: 0, closed: 1 })
  hub.remove(first.subscriber)
  t.equal(hub.full, false)
})

t.test('taking a token back lets go of who came with it', async (t) => {
  const { hub, subscribe } = begin()
  const mine = subscribe('mine')
  const other = subscribe('other')
  hub.removeToken('mine')
  t.equal(mine.seen.closed, 1)
  t.equal(other.seen.closed, 0)
})

t.test('closing lets all go and leaves no timer', async (t) => {
  const { hub, publisher, subscribe, clock } = begin()
  const { seen } = subscribe()
  hub.close()
  publisher.close()
  t.equal(seen.closed, 1)
  t.equal(clock.pending, 0)
})
