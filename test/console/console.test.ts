// The console as an operator uses it, in a real browser, over a real control plane and a real edge.

import t from 'tap'
import { hasBrowser, openPage, type TestPage } from '../support/browser.ts'
import { startConsul } from '../support/consul.ts'
import { startControl } from '../support/control.ts'
import { startEdge } from '../support/edge.ts'
import { startOrigin } from '../support/origin.ts'
import { connectScriptedEdge } from '../support/scripted-edge.ts'
import { visit } from '../support/visit.ts'

const there = hasBrowser()
if (!there) t.pass('no browser here: nothing of the console is tested')

async function started(t: Parameters<typeof startControl>[0]) {
  const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60' } })
  const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } }
  const control = await startControl(t, { site })
  const edge = await startEdge(t, { control })
  return { control, edge, ...(await openPage(t, control.url)) }
}

async function enter({ page }: TestPage, token: string): Promise<void> {
  await page.fill('#token', token)
  await page.press('#token', 'Enter')
}

if (there) {
  t.test('who has no good token sees nothing, and is told why', async (t) => {
    const { page, control } = await started(t)
    await enter({ page, faults: [] }, 'weir_admin_wrong')
    await page.waitForSelector('#fault:not([hidden])')
    t.equal(await page.textContent('#fault'), 'This token is not known here.')
    t.equal(await page.isVisible('#board'), false)
    await enter({ page, faults: [] }, control.adminToken)
    await page.waitForSelector('#routes th:text("pages")')
    await page.waitForSelector('#fault', { state: 'hidden' })
  })

  t.test('a switch is set and taken back, and the edge obeys', async (t) => {
    const { page, faults, control, edge } = await started(t)
    await enter({ page, faults }, control.adminToken)
    await page.waitForSelector('#routes th:text("pages")')
    await page.click('summary:text("Set a switch")')
    await page.selectOption('#switch-routes', 'pages')
    await page.selectOption('#switch-mode', 'closed')
    await page.fill('#switch-reason', 'the database is on fire')
    await page.click('#switch button')
    await page.waitForSelector('#force th:text("switch pages")')
    await page.waitForSelector('#said:text-is("The switch pages is in force on 1 of 1 edges.")')
    t.equal((await visit(edge, '/')).status, 503)
    await page.click('#force button:text("Take back")')
    await page.waitForSelector('#force td.empty')
    await page.waitForSelector('#said:text-is("The switch pages is off on 1 of 1 edges.")')
    t.equal((await visit(edge, '/')).status, 200)
    t.same(faults, [])
  })

  t.test('a purge reaches the edge and stands in the list', async (t) => {
    const { page, faults, control, edge } = await started(t)
    const sale = () => visit(edge, '/sale', { headers: { host: 'shop.test' } })
    await sale()
    await enter({ page, faults }, control.adminToken)
    await page.waitForSelector('#routes th:text("pages")')
    await page.click('summary:text("Purge")')
    await page.selectOption('#purge-by', 'prefix')
    await page.fill('#purge-value', 'http://shop.test/sa')
    await page.selectOption('#purge-mode', 'hard')
    await page.fill('#purge-reason', 'new prices')
    await page.click('#purge button')
    await page.waitForSelector('#purges td:text("new prices")')
    await page.waitForSelector('#purged:text-is("Purge 1 is in force on 1 of 1 edges.")')
    t.match((await sale()).headers['cache-status'], /fwd=uri-miss/)
    await page.selectOption('#purge-by', 'all')
    t.equal(await page.isEnabled('#purge-value'), false)
    page.once('dialog', (question) => void question.dismiss())
    await page.click('#purge button')
    t.equal(await page.locator('#purges tr').count(), 1, 'everything is only purged by who says so twice')
    t.same(faults, [])
  })

  t.test('what an edge says is shown as text, whatever it is', async (t) => {
    const { page, faults, control } = await started(t)
    const rogue = connectScriptedEdge(t, control, 'edge-9', () => null)
    const have = { revision: 0, switchSeq: 0, endpointSeq: 0 }
    const troubles = [{ kind: 'ejected', pool: 'shop', peer: '10.0.0.1:80', cause: '<img src=x onerror=alert(1)>' }]
    rogue.say({ type: 'beat', have, inFlight: 0, requests: 0, hitRatio: null, workers: 1, redis: 'none', troubles })
    await enter({ page, faults }, control.adminToken)
    await page.waitForSelector('#troubles td:text("<img src=x onerror=alert(1)>")')
    t.equal(await page.locator('#troubles img').count(), 0)
    t.same(faults, [])
  })

  t.test('what is held is shown with its countdown, and accepted', async (t) => {
    const consul = await startConsul(t)
    const origins = await Promise.all(Array.from({ length: 3 }, () => startOrigin(t, { body: 'page' })))
    for (const { port } of origins) await consul.register({ id: `shop-${port}`, name: 'shop', port })
    const site = {
      pools: { shop: { discover: { service: 'shop', protect: { emptyHoldMs: 600_000 } } } },
      routes: { pages: { pool: 'shop' } },
    }
    const control = await startControl(t, { consul, site })
    const { page, faults } = await openPage(t, control.url)
    await enter({ page, faults }, control.adminToken)
    await page.waitForSelector('#endpoints td:text-is("3")')
    // All of them at once, and none of them gone: the node itself is taken out.
    await consul.call('PUT', '/v1/agent/maintenance?enable=true')
    await page.waitForSelector('#endpoints button:text("Accept")')
    t.match(await page.textContent('#endpoints'), /\d+ min/)
    t.match(await page.textContent('#endpoints'), /held: Consul lists no healthy instance; the last 3 are kept/)
    page.once('dialog', (dialog) => dialog.accept())
    await page.click('#endpoints button:text("Accept")')
    await page.waitForSelector('#endpoints td:text-is("0")')
    await page.waitForSelector('#decided:text-matches("^3 peers of shop are let go")')
    t.same(faults, [])
  })

  t.test('a canary is started, moved on and taken back', async (t) => {
    const [old, next] = [await startOrigin(t, { body: 'old' }), await startOrigin(t, { body: 'new' })]
    const site = {
      pools: { old: { peers: [{ address: `127.0.0.1:${old.port}` }] }, next: { peers: [{ address: `127.0.0.1:${next.port}` }] } },
      routes: {
        pages: {
          pool: 'old',
          split: { groups: { v2: { pool: 'next' } }, canary: { group: 'v2', steps: [10, 50, 100], stepMs: 3_600_000 } },
        },
      },
    }
    const control = await startControl(t, { site })
    await startEdge(t, { control })
    const { page, faults } = await openPage(t, control.url)
    await enter({ page, faults }, control.adminToken)
    await page.click('#traffic button:text-is("Start the canary")')
    await page.waitForSelector('#shifted:text-is("The canary of pages is at its first step on 1 of 1 edges.")')
    await page.waitForSelector('#traffic td:text-is("canary of v2: running")')
    await page.waitForSelector('#traffic td:text("v2 10 %")')
    await page.waitForSelector('#traffic td:text("1 of 3; 0 requests, 0 failed")')
    await page.click('#traffic button:text-is("Pause")')
    await page.waitForSelector('#traffic td:text("paused by an operator")')
    await page.click('#traffic button:text-is("Advance")')
    await page.waitForSelector('#traffic td:text("v2 50 %")')
    await page.click('#traffic button:text-is("Return")')
    await page.waitForSelector('#traffic td:text-is("canary of v2: returned")')
    await page.waitForSelector('#traffic td:text("v2 0 %")')
    await page.waitForSelector('#troubles th:text("canary-returned")')
    t.same(faults, [])
  })
}
