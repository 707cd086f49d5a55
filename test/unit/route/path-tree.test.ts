import t from 'tap'
import { compileBySpecificity } from '../../../edge/route/compiled-route.ts'
import { PathTree } from '../../../edge/route/path-tree.ts'

const treeOf = (...paths: string[]): PathTree => {
  const rules = paths.map((path) => [path, { hosts: [], path, methods: [], headers: {}, query: {}, cookies: {} }])
  const tree = new PathTree()
  for (const route of compileBySpecificity(Object.fromEntries(rules))) tree.add(route)
  return tree
}
const asked = (tree: PathTree, path: string): string[] => {
  const ids: string[] = []
  tree.find(path, (routes) => {
    ids.push(...routes.map((route) => route.found.id))
    return null
  })
  return ids
}

t.test('paths are asked from the most to the least specific', async (t) => {
  const tree = treeOf('/*', '/user/*', '/user/{id}', '/{kind}/me', '/user/me', '/user/{id}/orders')
  t.same(asked(tree, '/user/me'), ['/user/me', '/user/{id}', '/user/*', '/{kind}/me', '/*'])
  t.same(asked(tree, '/user/7/orders'), ['/user/{id}/orders', '/user/*', '/*'])
})

t.test('the search ends where the judge takes a route', async (t) => {
  const tree = treeOf('/*', '/user/{id}')
  t.equal(tree.find('/user/7', (routes) => routes[0]!)?.found.id, '/user/{id}')
})

t.test('a longer prefix comes before a shorter one', async (t) => {
  t.same(asked(treeOf('/a/*', '/a/b/*', '/*'), '/a/b/c'), ['/a/b/*', '/a/*', '/*'])
})

t.test('a prefix takes the slash itself and all below, but not the path without it', async (t) => {
  const tree = treeOf('/a/*')
  t.same(asked(tree, '/a/'), ['/a/*'])
  t.same(asked(tree, '/a/b/c/'), ['/a/*'])
  t.same(asked(tree, '/a'), [])
  t.same(asked(tree, '/ab'), [])
})

t.test('a name stands for one segment that is not empty', async (t) => {
  const tree = treeOf('/a/{x}/b')
  t.same(asked(tree, '/a/1/b'), ['/a/{x}/b'])
  t.same(asked(tree, '/a//b'), [])
  t.same(asked(tree, '/a/1/2/b'), [])
  t.same(asked(tree, '/a/1/b/'), [])
})

t.test('a name and a tail go together', async (t) => {
  const tree = treeOf('/shop/{id}/*')
  t.same(asked(tree, '/shop/7/cart/x'), ['/shop/{id}/*'])
  t.same(asked(tree, '/shop/7/'), ['/shop/{id}/*'])
  t.same(asked(tree, '/shop/7'), [])
})

t.test('the root is a path like any other', async (t) => {
  t.same(asked(treeOf('/', '/*'), '/'), ['/', '/*'])
})

t.test('names of Object.prototype are ordinary segments', async (t) => {
  t.same(asked(treeOf('/a/*'), '/__proto__/constructor'), [])
  t.same(asked(treeOf('/__proto__/*'), '/__proto__/x'), ['/__proto__/*'])
})

t.test('targets without a path take no route', async (t) => {
  t.same(asked(treeOf('/*'), '*'), [])
  t.same(asked(treeOf('/*'), ''), [])
})
