// What the page on upstreams says of mirroring: its recipes are sites that an edge takes, and the outcomes it lists are those there are.

import t from 'tap'
import { MIRROR_OUTCOMES } from '../../edge/contract/mirror-reading.ts'
import { problemsOf, textOf } from './read-file.ts'

const section = /^## Mirroring\n([\s\S]*?)(?=^## )/m.exec(textOf('docs/upstreams.md'))![1]!

t.test('every recipe is valid', async (t) => {
  const recipes = [...section.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  t.ok(recipes.length > 0)
  for (const recipe of recipes) t.same(problemsOf(recipe), [], recipe)
})

t.test('every outcome is named', async (t) => {
  for (const outcome of MIRROR_OUTCOMES) t.ok(section.includes(`\`${outcome}\``), outcome)
})
