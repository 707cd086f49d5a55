// The page on caching: its recipes are sites that an edge takes, and what it lists is what there is.

import t from 'tap'
import { TRACKING_COOKIES, TRACKING_PARAMETERS } from '../../edge/cache/tracking-parameters.ts'
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

t.test('the tracking parameters and cookies it lists are those that there are', async (t) => {
  const listed = (what: string) => new RegExp(`^The known tracking ${what} are ([^.]*)\\.$`, 'm').exec(page)![1]!
  const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name).toSorted()
  t.same(namesIn(listed('parameters')), [...TRACKING_PARAMETERS].toSorted())
  t.same(namesIn(listed('cookies')), [...TRACKING_COOKIES].toSorted())
})
