import t from 'tap'
import { ProblemSchema } from '../../../edge/contract/problem.ts'
import { formatProblem, readBootstrap, readSite } from '../../../edge/contract/read-site.ts'
import { validate } from '../../../edge/contract/validate.ts'

const GOOD = 'pools:\n  shop:\n    peers: [{address: "127.0.0.1:1"}]\nroutes:\n  home:\n    pool: shop\n'

function places(text: string): string[] {
  const reading = readSite(text)
  return reading.ok ? [] : reading.problems.map((problem) => `${problem.line}:${problem.column} ${problem.pointer}`)
}

t.test('a good text becomes a site with its defaults', (t) => {
  const reading = readSite(GOOD)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  t.equal(reading.site.routes.home?.path, '/*')
  t.same(readSite(JSON.stringify(reading.site)), reading)
  t.end()
})

t.test('problems of every kind have line and column', (t) => {
  t.same(places('routes: [\n'), ['2:1 '])
  t.same(places(`${GOOD}nmae: x\n`), ['7:1 /nmae'])
  t.same(places(GOOD.replace('shop\n', 'shp\n')), ['6:5 /routes/home/pool'])
  t.same(places(''), ['1:1 '])
  t.end()
})

t.test('problems come in the order of the text', (t) => {
  const text = 'routes:\n  b:\n    pool: x\n  a:\n    path: /b*\n    pool: x\nlimits:\n  l:\n    rate: 1/s\n    fallback: x\n'
  t.same(places(text), ['3:5 /routes/b/pool', '5:5 /routes/a/path', '6:5 /routes/a/pool', '10:5 /limits/l/fallback'])
  t.end()
})

t.test('however hostile the text, every problem fits the schema of problems and harms no terminal', (t) => {
  const long = `${'\\e'}[31m${'x'.repeat(10_000)}`
  const texts = [
    '"\\e[31m": 1\n',
    `"${long}": 1\n`,
    `name: "${long}"\n`,
    `name: *${'x'.repeat(10_000)}\n`,
    `name: !${'x'.repeat(10_000)} 1\n`,
    `a: "b" ${'x'.repeat(10_000)}\n`,
    `pools: {p: {peers: [{address: "[${':'.repeat(10_000)}]:1"}]}}\n`,
    `routes: {r: {pool: p, path: "/\\e[31m${'é'.repeat(2_000)}"}}\n`,
    `routes: {r: {pool: p, headers: {"${'x'.repeat(10_000)}": "1"}}}\n`,
  ]
  for (const text of texts) {
    const reading = readSite(text)
    if (reading.ok) throw new Error(text.slice(0, 40))
    for (const problem of reading.problems) {
      t.ok(validate(ProblemSchema, problem).ok, problem.message.slice(0, 100))
      t.notMatch(formatProblem('f', problem), /\u001b/)
    }
  }
  t.end()
})

t.test('bootstraps are read by their kind', (t) => {
  t.match(readBootstrap('edge', 'site: site.yaml\nlisten: "[::]:80"\n'), { ok: true, bootstrap: { listen: '[::]:80', edgeId: 'edge-1' } })
  t.match(readBootstrap('control', '{}'), { ok: true, bootstrap: { listen: '127.0.0.1:9900' } })
  t.match(readBootstrap('up', 'demo: on\n'), { ok: true, bootstrap: { demo: 'on', edge: { listen: '127.0.0.1:8080' } } })
  t.match(readBootstrap('edge', 'sit: site.yaml\n'), {
    ok: false,
    problems: [{ pointer: '/sit', line: 1, column: 1, message: /did you mean "site"/ }],
  })
  t.match(readBootstrap('edge', 'workers: 1\n'), { ok: false, problems: [{ pointer: '', message: /no configuration to serve/ }] })
  t.end()
})

t.test('a problem is one line for people and editors', (t) => {
  t.equal(formatProblem('site.yaml', { pointer: '/a/b', message: 'is wrong', line: 3, column: 5 }), 'site.yaml:3:5  /a/b  is wrong')
  t.equal(formatProblem('site.yaml', { pointer: '', message: 'is empty' }), 'site.yaml  /  is empty')
  t.end()
})
