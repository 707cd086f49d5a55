import t from 'tap'
import { QUICK_USAGE, type Quick, quickSite } from '../../../edge/config/quick-site.ts'

const TO = ['--to', 'http://127.0.0.1:3000']

function runs(...args: string[]): Extract<Quick, { kind: 'run' }> {
  const quick = quickSite([...TO, ...args])
  if (quick.kind !== 'run') throw new Error(JSON.stringify(quick))
  return quick
}

function wrong(...args: string[]): string {
  const quick = quickSite(args)
  return quick.kind === 'wrong' ? quick.problems.join('\n') : `not refused: ${quick.kind}`
}

t.test('one origin is enough: every path, method and host, kept as RFC 9111 allows', async (t) => {
  const { site, bootstrap } = runs()
  t.match(site.pools.origin, { peers: [{ address: '127.0.0.1:3000' }], scheme: 'http', host: 'client', balance: 'consistent-hash' })
  t.match(site.hosts, ['*'])
  t.match(site.routes, { all: { path: '/*', methods: [], pool: 'origin', limits: [], cache: { store: 'standard', defaultTtlMs: 0 } } })
  t.match(bootstrap, { listen: '127.0.0.1:8080', admin: 'off', workers: 0, stateDir: 'off', accessLog: 'off', l1MaxBytes: 67_108_864 })
  t.equal(bootstrap.redis, undefined)
  t.equal(bootstrap.headTimeoutMs, 10_000)
  t.match(site.pools.origin, { firstByteTimeoutMs: 30_000, idleTimeoutMs: 30_000 })
})

t.test('each flag is what it says', async (t) => {
  t.equal(runs('--listen', '0.0.0.0:0').bootstrap.listen, '0.0.0.0:0')
  t.equal(runs('--admin', '127.0.0.1:0').bootstrap.admin, '127.0.0.1:0')
  t.equal(runs('--workers', '3').bootstrap.workers, 3)
  t.equal(runs('--redis', 'redis://127.0.0.1:6379').bootstrap.redis?.url, 'redis://127.0.0.1:6379')
  t.equal(runs('--l1', '2GB').bootstrap.l1MaxBytes, 2_147_483_648)
  t.equal(runs('--l1', 'off').bootstrap.l1MaxBytes, 0)
  t.equal(runs('--no-cache').site.routes.all!.cache.store, 'off')
  t.match(runs().site.routes.all!.cache, { heuristicRatio: 0.1, statuses: 'standard', unkeyed: { setCookie: 'refuse' } })
  const { limits, routes } = runs('--limit', '100/s').site
  t.match(limits, { 'per-address': { rate: '100/s', key: 'address' } })
  t.same(routes.all!.limits, ['per-address'])
  t.equal(runs('--balance', 'rr').site.pools.origin!.balance, 'round-robin')
  t.equal(runs('--balance', 'least').site.pools.origin!.balance, 'least-request')
  t.equal(runs('--head-timeout', '500ms').bootstrap.headTimeoutMs, 500)
  t.match(runs('--origin-timeout', '5s').site.pools.origin, { firstByteTimeoutMs: 5_000, idleTimeoutMs: 5_000, totalTimeoutMs: 10_000 })
})

t.test('several origins are one pool', async (t) => {
  const { site } = runs('--to', 'http://origin.example/', '--to', 'http://[::1]:8000')
  t.same(
    site.pools.origin!.peers.map(({ address }) => address),
    ['127.0.0.1:3000', 'origin.example:80', '[::1]:8000'],
  )
})

t.test('an https origin is asked by its own name', async (t) => {
  const quick = quickSite(['--to', 'https://origin.example'])
  t.match(quick, {
    kind: 'run',
    site: { pools: { origin: { scheme: 'https', host: 'peer', peers: [{ address: 'origin.example:443' }] } } },
  })
})

t.test('--print-site gives the site instead of running it, --help what there is to say', async (t) => {
  const printed = quickSite([...TO, '--print-site'])
  t.equal(printed.kind, 'print')
  t.same(printed.kind === 'print' && printed.site, runs().site)
  t.same(quickSite(['--help']), { kind: 'help' })
  t.same(quickSite(['-h']), { kind: 'help' })
  for (const flag of [
    'to',
    'listen',
    'admin',
    'workers',
    'redis',
    'l1',
    'no-cache',
    'limit',
    'balance',
    'head-timeout',
    'origin-timeout',
    'print-site',
  ])
    t.ok(QUICK_USAGE.includes(`--${flag}`), flag)
})

t.test('a bad flag is a sentence that says what would be right', async (t) => {
  t.match(wrong(), /--to is missing.*http:\/\/127\.0\.0\.1:3000/)
  t.match(wrong('--to', 'localhost:3000'), /--to localhost:3000 is no origin/)
  t.match(wrong('--to', 'http://a.example/path'), /without a path/)
  t.match(wrong('--to', 'http://user@a.example'), /is no origin/)
  t.match(wrong('--to', 'http://a.example', '--to', 'https://a.example'), /mixes http and https/)
  t.match(wrong(...TO, '--limit', 'lots'), /--limit lots is no rate; it would be like 100\/s/)
  t.match(wrong(...TO, '--l1', '64 MB'), /--l1 64 MB is no size/)
  t.match(wrong(...TO, '--workers', '-1'), /workers/)
  t.match(wrong(...TO, '--workers', 'two'), /--workers two is no number/)
  t.match(wrong(...TO, '--head-timeout', '10'), /--head-timeout 10 is no time; it would be like 10s/)
  t.match(wrong(...TO, '--origin-timeout', 'soon'), /--origin-timeout soon is no time/)
  for (const kind of ['random', 'constructor', 'toString', '__proto__'])
    t.match(wrong(...TO, '--balance', kind), /would be hash, rr or least/)
})

t.test('what only the schema can see is refused as well', async (t) => {
  t.match(wrong(...TO, '--listen', 'nowhere'), /\/listen/)
  t.match(wrong(...TO, '--redis', 'http://a.example'), /\/redis\/url/)
  t.match(wrong(...TO, '--workers', '999'), /\/workers/)
  t.match(wrong(...TO, '--head-timeout', '1ms'), /\/headTimeoutMs/)
  t.match(wrong(...TO, '--origin-timeout', '9d'), /\/pools\/origin/)
  t.match(wrong(...TO, ...TO), /\/pools\/origin\/peers/)
})

t.test('flags that do not exist, words and missing values are refused', async (t) => {
  t.match(wrong(...TO, '--too', 'x'), /--too/)
  t.match(wrong(...TO, 'http://a.example'), /http:\/\/a\.example/)
  t.match(wrong('--to'), /--to/)
  t.match(wrong(...TO, '--no-cache=yes'), /no-cache/)
})

t.test('all that is wrong is said at once', async (t) => {
  t.equal(wrong('--to', 'x', '--limit', 'x', '--balance', 'x').split('\n').length, 3)
})
