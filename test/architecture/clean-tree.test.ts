import t from 'tap'
import { lineAt } from './source-text.ts'
import { pathsBelow, readSource, type SourceFile } from './source-tree.ts'

/** A thing that may not stand in the tree: in which files it is looked for, and how. */
interface Dirt {
  readonly what: string
  readonly where: RegExp
  readonly pattern: RegExp
}

const TEXT = /(?:\.(?:ts|js|json|md|sh|lua|ya?ml|html|css|svg|conf|txt)|\/run|rc|Dockerfile)$/
// The lock file is npm's; it names funding pages, not the registry.
const NOT_WRITTEN_BY_HAND = /^package-lock\.json$/

const DIRT: readonly Dirt[] = [
  { what: 'a path of one machine', where: TEXT, pattern: /(?<![\w.:/-])\/(?:work|home|root|Users)\/[\w.]/g },
  {
    what: 'a package host',
    where: TEXT,
    pattern: /(?:\/\/|\b)(?:registry|deb|security|apt|pypi|proxy|mirrors?)\.[a-z-]+\.(?:com|org|io|dev|net)\b/g,
  },
  { what: 'work put off', where: /^(?:edge|control|bin|demo|lua)\//, pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g },
  { what: 'a test that does not run', where: /^test\/.*\.ts$/, pattern: /\.(?:skip|todo)\(|[{,]\s*(?:skip|todo|only)\s*:/g },
]

function dirtIn({ path, text }: SourceFile): string[] {
  return DIRT.filter(({ where }) => where.test(path)).flatMap(({ what, pattern }) =>
    [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)}: ${what}: ${match[0]}`),
  )
}

t.test('the tree holds no machine paths, package hosts, promises or silenced tests', async (t) => {
  const paths = pathsBelow('').filter((path) => TEXT.test(path) && !NOT_WRITTEN_BY_HAND.test(path))
  t.same(
    paths.flatMap((path) => dirtIn(readSource(path))),
    [],
  )
})

t.test('what may not be there is seen', async (t) => {
  // Put together from pieces, since this file is looked at too.
  const samples: readonly (readonly [path: string, text: string])[] = [
    ['docs/a.md', `see ${'/wo'}rk/main`],
    ['test/support/a.sh', `cd "${'/ho'}me/someone"`],
    ['package.json', `"https://regi${'stry.example.org'}/left-pad"`],
    ['conf/a.yaml', `url: http://de${'b.example.org'}/debian`],
    ['edge/a.ts', `// TO${'DO'} later`],
    ['lua/a.lua', `-- FIX${'ME'}`],
    ['test/unit/a.test.ts', `t.sk${'ip('}'x')`],
    ['test/unit/a.test.ts', `t.test('x', { to${'do:'} true })`],
  ]
  for (const [path, text] of samples) t.equal(dirtIn({ path, text }).length, 1, `${path} ${text}`)
  t.match(dirtIn({ path: 'edge/a.ts', text: `\n\n// XX${'X'}` }), [/^edge\/a\.ts:3: work put off/])
})

t.test('what only looks like it is let through', async (t) => {
  const samples: readonly (readonly [path: string, text: string])[] = [
    ['docs/a.md', 'https://example.org/home/page and ./work/a'],
    ['docs/a.md', 'the registry of breakers, apt for the job'],
    ['test/unit/a.test.ts', 'const skipped: number = iterator.skipped'],
  ]
  for (const [path, text] of samples) t.same(dirtIn({ path, text }), [], `${path} ${text}`)
})
