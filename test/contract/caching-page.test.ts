// The page on caching: its recipes are sites that an edge takes, and what it lists is what there is.

import t from 'tap'
import { TRACKING_PARAMETERS } from '../../edge/cache/tracking-parameters.ts'
import { problemsOf, textOf } from './read-file.ts'

const page = textOf('docs/caching.md')
const recipes = [...page.matchAll(/^```yaml\n(routes:\n[\s\S]*?)^```$/gm)].map(([, text]) => text!)

t.test('every recipe is valid, over the pools that it names', async (t) => {
  t.ok(recipes.length > 0)
  for (const recipe of recipes) {
    const pools = new Set([...recipe.matchAll(/pool: ([a-z]+)/g)].map(([, id]) => id))
    const site = `pools:\n${[...pools].map((id) => `  ${id}: { peers: [{ address: "[::1]:1" }] }\n`).join('')}${recipe}`
    t.same(problemsOf(site), [], recipe)
  }
})

t.test('the tracking parameters it lists are those that there are', async (t) => {
  const listed = /^The known tracking parameters are ([\s\S]*?)\.$/m.exec(page)![1]!
  t.same([...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name).toSorted(), [...TRACKING_PARAMETERS].toSorted())
})
