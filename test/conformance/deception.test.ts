// Web cache deception: the victim is led to an address that looks like a picture to a cache and like an account to the origin; then the attacker asks
// for it, and must not get what the victim saw.

import t from 'tap'
import { get, openPoisoningStage, send } from './poisoning-stage.ts'

const SECRET = 'sid=s3cret'
const stage = await openPoisoningStage(t, { 'generous.example': { defaultTtlMs: 60_000, unkeyed: { cookies: 'guard' } } })

// The page, and behind it what makes it look like something else.
const DISGUISES = [
  ...['/a.css', '/a.js', '/x/a.png', ';a.css', ';/a.css', '%2fa.css', '%3ba.css', '%3fa.css', '%23a.css', '%00.css', '%0a.css', '%09.css'],
  ...['//a.css', '/./a.css', '/%2e/a.css', '/..%2fa.css', '/%2e%2e%2fa.css', '/%5c..%5ca.css', '?a.css', '?/a.css', '/a.css?x', '.css'],
]

/** What the attacker gets to see: at the very address, and at the page itself. */
async function seenBy(port: number, host: string, target: string): Promise<string> {
  await send(port, get(target, { Host: host, Cookie: SECRET }))
  const answer = await send(port, get(target, { Host: host }))
  return answer?.text ?? ''
}

for (const [host, page] of [
  ['shop.example', 'account'],
  ['shop.example', 'wallet'],
  ['generous.example', 'wallet'],
] as const) {
  t.test(`${page} at ${host} in the guise of something else`, async (t) => {
    let deceived = 0
    for (const [at, disguise] of DISGUISES.entries()) {
      const target = `/${page}/${host}/${at}${disguise}`
      if ((await seenBy(stage.carelessPort, host, target)).includes(SECRET)) deceived += 1
      const seen = await seenBy(stage.edge.port, host, target)
      t.notOk(seen.includes(SECRET), `${target}: ${seen}`)
    }
    t.equal(deceived, DISGUISES.length, 'a careless cache is deceived each time')
  })
}

t.test('what dots lead to is not kept under the name of what they led from', async (t) => {
  for (const target of ['/page/..%2faccount/own', '/page/../account/own', '/page/%2e%2e/account/own', '/page/x/..;/../account/own']) {
    t.notOk((await seenBy(stage.edge.port, 'shop.example', target)).includes(SECRET), target)
  }
})
