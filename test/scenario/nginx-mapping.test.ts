import { Agent } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { HashBalancer } from '../../edge/balance/hash-balancer.ts'
import { Ketama } from '../../edge/balance/ketama.ts'
import { Peer } from '../../edge/balance/peer.ts'
import { freePorts } from '../support/free-port.ts'
import { request } from '../support/http-client.ts'
import { startNginx } from '../support/nginx.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { tempDir } from '../support/temp-dir.ts'

const KEY_COUNT = 2_000
const LANES = 8

/** A server of the upstream as nginx is told of it. */
interface Upstream {
  readonly address: string
  readonly weight: number
  readonly state: 'up' | 'down'
}

/** Keys of many lengths and alphabets; `$arg_k` is the text as it stands in the target. */
function someKeys(): string[] {
  const random = new SeededRandom(53)
  const texts = (index: number) => [
    `${index}`,
    `/product/${index}/price`,
    random.hex(random.integer(1, 60)),
    `%E2%82%AC-${index}`,
    `a:b,c;${index}`,
  ]
  return Array.from({ length: KEY_COUNT }, (_, index) => random.pick(texts(index)))
}

/** An nginx whose one process is the balancer and all its peers; each peer answers with its own address. */
function nginxConfig(upstreams: readonly Upstream[], listen: string): string {
  const servers = upstreams.map(({ address, weight, state }) => `server ${address} weight=${weight}${state === 'down' ? ' down' : ''};`)
  const peers = upstreams.map(({ address }) => `server { listen ${address}; location / { return 200 "${address}"; } }`)
  return `
  upstream pool { hash $arg_k consistent; ${servers.join(' ')} keepalive 32; }
  ${peers.join('\n  ')}
  server {
    listen ${listen};
    keepalive_requests 100000;
    location / { proxy_pass http://pool; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`
}

/** What nginx chooses for each key. */
async function askNginx(port: number, keys: readonly string[]): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES })
  const chosen: string[] = []
  const lane = async (first: number) => {
    for (let index = first; index < keys.length; index += LANES) {
      const { status, text } = await request({ port, path: `/?k=${keys[index]}`, agent })
      chosen[index] = status === 200 ? text : `status ${status}`
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)))
  agent.destroy()
  return chosen
}

function askKetama(upstreams: readonly Upstream[], keys: readonly string[]): (string | undefined)[] {
  const peers = upstreams.map(({ address, weight, state }) => {
    const peer = new Peer(address, weight)
    if (state === 'down') peer.ejection = { state: 'ejected', untilMs: 1, lengthMs: 1, doublings: 0 }
    return peer
  })
  const ring = new HashBalancer(peers, new Ketama(peers))
  return keys.map((key) => ring.pick(key, [], 0)?.address)
}

/** How many keys each server got. */
function countsOf(chosen: readonly string[], upstreams: readonly Upstream[]): number[] {
  return upstreams.map(({ address }) => chosen.filter((one) => one === address).length)
}

async function fiveUpstreams(): Promise<Upstream[]> {
  const ports = await freePorts(5)
  const weights = [1, 2, 3, 5, 8]
  return ports.map((port, index) => ({ address: `127.0.0.1:${port}`, weight: weights[index]!, state: 'up' }))
}

t.test('five peers of different weights get the keys that nginx gives them', async (t) => {
  const upstreams = await fiveUpstreams()
  const keys = someKeys()
  const nginx = await startNginx(t, (listen) => nginxConfig(upstreams, listen))
  const chosen = await askNginx(nginx.port, keys)
  t.same(askKetama(upstreams, keys), chosen)
  t.ok(Math.min(...countsOf(chosen, upstreams)) > 20, 'every peer was chosen')
})

t.test('requests without a key are dealt out as nginx deals them', async (t) => {
  const upstreams = await fiveUpstreams()
  const keyless = new Array<string>(3 * 19).fill('')
  const nginx = await startNginx(t, (listen) => nginxConfig(upstreams, listen))
  const byNginx: string[] = []
  for (const key of keyless) byNginx.push(...(await askNginx(nginx.port, [key])))
  // Waiting for nginx to be ready took some turns of its first round, so the rounds may be shifted against each other.
  const twice = [...askKetama(upstreams, keyless), ...askKetama(upstreams, keyless)].join(' ')
  t.ok(twice.includes(byNginx.join(' ')), byNginx.join(' '))
})

t.test('the keys of a server that is down go where nginx sends them', async (t) => {
  const upstreams = (await fiveUpstreams()).map((one, index) => (index === 3 ? { ...one, state: 'down' as const } : one))
  const keys = someKeys()
  const nginx = await startNginx(t, (listen) => nginxConfig(upstreams, listen))
  const chosen = await askNginx(nginx.port, keys)
  t.same(askKetama(upstreams, keys), chosen)
  t.equal(countsOf(chosen, upstreams)[3], 0)
})

t.test('peers on sockets of the file system get the keys that nginx gives them', async (t) => {
  const folder = tempDir(t)
  const upstreams: Upstream[] = [3, 1, 2].map((weight, index) => ({
    address: `unix:${join(folder, `peer-${index}`)}`,
    weight,
    state: 'up',
  }))
  const keys = someKeys()
  const nginx = await startNginx(t, (listen) => nginxConfig(upstreams, listen))
  t.same(askKetama(upstreams, keys), await askNginx(nginx.port, keys))
})
