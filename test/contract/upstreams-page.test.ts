// The page on upstreams: its recipes are what a site, an edge or a control plane takes.

import t from 'tap'
import { readBootstrap } from '../../edge/contract/read-site.ts'
import { problemsOf, textOf } from './read-file.ts'

const recipes = [...textOf('docs/upstreams.md').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
const isSite = (recipe: string) => /^(pools|routes):/m.test(recipe)

/** A recipe over the pools that it names, where it does not say what they are. */
function whole(recipe: string): string {
  if (/^pools:/m.test(recipe)) return recipe
  const pools = new Set([...recipe.matchAll(/[pP]ool: ([a-z0-9-]+)/g)].map(([, id]) => id))
  return `pools:\n${[...pools].map((id) => `  ${id}: { peers: [{ address: "[::1]:1" }] }\n`).join('')}${recipe}`
}

t.test('every recipe for a site is valid', async (t) => {
  t.ok(recipes.some(isSite))
  for (const recipe of recipes.filter(isSite)) t.same(problemsOf(whole(recipe)), [], recipe)
})

t.test('every other recipe is valid for an edge or a control plane', async (t) => {
  for (const recipe of recipes.filter((text) => !isSite(text))) {
    t.ok(readBootstrap('edge', recipe).ok || readBootstrap('control', recipe).ok, recipe)
  }
})
