import t from 'tap'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { explainRefusal } from '../../../edge/contract/explain-refusal.ts'
import { fillDefaults } from '../../../edge/contract/fill-defaults.ts'
import { shapeOf } from '../../../edge/contract/shape.ts'
import { SiteSchema } from '../../../edge/contract/site.ts'
import { validate } from '../../../edge/contract/validate.ts'
import { FromEdgeSchema } from '../../../edge/contract/wire.ts'

const site = () => ({
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  limits: { slow: { rate: '5/s' } },
  routes: { home: { pool: 'shop', limits: ['slow'], headers: { 'x-a': '*' } } },
})

t.test('a good value comes back with its defaults, and is not changed itself', (t) => {
  const value = site()
  const validated = validate(SiteSchema, value)
  if (!validated.ok) throw new Error(JSON.stringify(validated.problems))
  t.equal(validated.value.pools.shop?.balance, 'consistent-hash')
  t.equal(validated.value.routes.home?.cache.maxTtlMs, 30 * 86_400_000)
  t.strictSame(validated.value.clients.crawlers, { agents: [], people: [] })
  t.strictSame(value, site())
  t.end()
})

t.test('a refused value comes back as problems', (t) => {
  t.match(validate(SiteSchema, { ...site(), nmae: 'x' }), { ok: false, problems: [{ pointer: '/nmae', message: /did you mean "name"/ }] })
  t.match(validate(SiteSchema, undefined), { ok: false, problems: [{ pointer: '', message: /must be a map/ }] })
  t.end()
})

t.test('a message of the stream is taken by its type, unknown fields of newer peers included', (t) => {
  const ack = { type: 'ack', what: 'publish', seq: 1, atMs: 1, newer: true }
  t.strictSame(validate(FromEdgeSchema, ack), { ok: true, value: ack })
  t.match(validate(FromEdgeSchema, { ...ack, what: 'publsh' }), {
    ok: false,
    problems: [{ pointer: '/what', message: /did you mean "publish"/ }],
  })
  t.end()
})

t.test('what nests without end, or within itself, is refused like anything else', (t) => {
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = { routes: deep }
  t.match(validate(SiteSchema, deep), { ok: false })
  const loop: Record<string, unknown> = {}
  loop.routes = { home: loop }
  t.match(validate(SiteSchema, loop), { ok: false })
  t.end()
})

t.test('a keyword that the walk does not know still refuses', (t) => {
  const even = Type.Integer({ minimum: 0, maximum: 9, multipleOf: 2 })
  t.match(validate(even, 3), { ok: false, problems: [{ pointer: '', message: /not as its schema says/ }] })
  t.match(validate(even, 4), { ok: true, value: 4 })
  t.end()
})

// A good site with one value replaced, for every value in it and every strange value: both readings must agree.
t.test('the walk and the compiled validator agree on every single mutation', (t) => {
  const compiled = Compile(SiteSchema)
  const shape = shapeOf(SiteSchema)
  const full = fillDefaults(shape, site())
  const strange = [null, true, -1, 0, 1.5, 1e300, '', 'x', 'X y', [], [1], {}, { a: 1 }, '127.0.0.1:80', 'off']
  let count = 0
  for (const path of pathsOf(full, [])) {
    for (const value of strange) {
      const mutated = replaced(full, path, value)
      count++
      const agree = compiled.Check(mutated) === (explainRefusal(shape, mutated).length === 0)
      if (!agree) t.fail(`${path.join('/')} = ${JSON.stringify(value)}`)
    }
  }
  t.ok(count > 500, `${count} mutations`)
  t.end()
})

function* pathsOf(value: unknown, path: readonly string[]): Generator<readonly string[]> {
  if (path.length > 0) yield path
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) yield* pathsOf(member, [...path, name])
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const copy = structuredClone(value)
  const last = path.at(-1)!
  let holder = copy as Record<string, unknown>
  for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>
  holder[last] = by
  return copy
}
