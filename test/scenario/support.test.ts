import { createSocket } from 'node:dgram'
import t from 'tap'
import { startConsul } from '../support/consul.ts'
import { CLAIM_ADDRESS, freePort, freePorts } from '../support/free-port.ts'
import { rawExchange, request } from '../support/http-client.ts'
import { latencyMs, runLoad, runWhile } from '../support/load.ts'
import { startNginx } from '../support/nginx.ts'
import { startOrigin } from '../support/origin.ts'
import { startProcess } from '../support/process.ts'
import { answersPing, startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

t.test('a Redis answers, dies, comes back on its port, and can be silenced', async (t) => {
  const redis = await startRedis(t)
  const firstPid = redis.pid

  const { signal } = await redis.kill()
  t.equal(signal, 'SIGKILL')
  t.notOk(await answersPing(redis.port), 'nobody answers after the crash')

  await redis.restart()
  t.not(redis.pid, firstPid)
  await until(() => answersPing(redis.port), { what: 'another process to answer on the same port' })

  redis.pause()
  t.notOk(await answersPing(redis.port), 'a paused one takes connections and says nothing')
  redis.resume()
  await until(() => answersPing(redis.port), { what: 'it to answer again' })
})

t.test('a Consul keeps its registrations until it is restarted', async (t) => {
  const consul = await startConsul(t)
  const passing = async () => {
    const answer = await consul.call('GET', '/v1/health/service/shop?passing')
    return (JSON.parse(answer.text) as { Service: { ID: string; Port: number } }[]).map((row) => row.Service.ID)
  }
  await consul.register({ id: 'shop-1', name: 'shop', port: 1001 })
  await consul.register({ id: 'shop-2', name: 'shop', port: 1002, weight: 3, tags: ['blue'] })
  t.same((await passing()).sort(), ['shop-1', 'shop-2'])

  await consul.deregister('shop-1')
  t.same(await passing(), ['shop-2'])

  await consul.stop()
  await t.rejects(consul.call('GET', '/v1/status/leader'), { code: 'ECONNREFUSED' })

  await consul.restart()
  t.same(await passing(), [], 'dev mode keeps nothing')
})

t.test('an nginx serves the configuration it is given', async (t) => {
  const nginx = await startNginx(t, (listen) => `server { listen ${listen}; location / { return 203 "from nginx"; } }`)
  const answer = await request({ port: nginx.port, path: '/any' })
  t.match(answer, { status: 203, text: 'from nginx' })
})

t.test('an nginx with a bad configuration fails with what nginx said', async (t) => {
  await t.rejects(
    startNginx(t, () => 'no-such-directive;'),
    /unknown directive "no-such-directive"/,
  )
})

t.test('an origin holds its answers until they are released', async (t) => {
  const origin = await startOrigin(t, { body: 'other' })
  origin.on('/slow', (asked) => ({ status: 201, headers: { 'x-target': asked.target }, body: asked.body }))
  const hold = origin.hold('/slow')
  const slow = request({ port: origin.port, method: 'POST', path: '/slow?a=1', body: 'sent' })
  await origin.waitForCount(1, '/slow')
  await until(() => hold.waiting === 1, { what: 'the request to wait' })
  t.equal((await request({ port: origin.port })).text, 'other', 'other paths are answered meanwhile')

  hold.release()
  t.match(await slow, { status: 201, headers: { 'x-target': '/slow?a=1' }, text: 'sent' })
  t.same([origin.count('/slow'), origin.count()], [1, 2])
})

t.test('an origin that closed comes back on its port', async (t) => {
  const origin = await startOrigin(t)
  await origin.close()
  await t.rejects(request({ port: origin.port }), { code: 'ECONNREFUSED' })
  await origin.listen()
  t.equal((await request({ port: origin.port })).status, 200)
})

t.test('raw bytes are sent as they are and the answer is read to its end', async (t) => {
  const origin = await startOrigin(t, { body: 'plain' })
  const answer = await rawExchange(origin.port, 'GET /a//../b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  t.match(answer.toString(), /^HTTP\/1\.1 200 OK\r\n.*content-length: 5\r\n\r\nplain$/is)
  t.equal(origin.requests[0]?.target, '/a//../b')
})

t.test('a load counts statuses and failures and keeps to its limit in flight', async (t) => {
  let inFlight = 0
  let most = 0
  const send = async (index: number) => {
    most = Math.max(most, ++inFlight)
    await new Promise(setImmediate)
    inFlight--
    if (index === 7) throw new Error('connection reset')
    return index % 2 === 0 ? 200 : 503
  }
  const report = await runLoad(send, { total: 20, inFlight: 4 })
  t.match(report, { sent: 20, statuses: { 200: 10, 503: 9 }, failures: ['connection reset'] })
  t.equal(most, 4)
  t.ok(latencyMs(report, 0.5) <= latencyMs(report, 1))
})

t.test('a load beside some work ends with it and passes its fault on', async (t) => {
  const send = () => new Promise<number>((resolve) => setImmediate(resolve, 200))
  const { promise, resolve } = Promise.withResolvers<void>()
  let count = 0
  const report = await runWhile(
    promise,
    async () => {
      if (++count === 10) resolve()
      return send()
    },
    2,
  )
  t.ok(report.sent >= 10)
  await t.rejects(runWhile(Promise.reject(new Error('the work failed')), send, 2), /the work failed/)
})

t.test('a process is awaited by its lines and its end', async (t) => {
  const script = "console.log('ready on 42'); process.stdin.on('data', () => {}); setInterval(() => {}, 1000)"
  const child = startProcess(t, process.execPath, ['-e', script])
  t.equal((await child.waitForLine(/ready on (\d+)/))[1], '42')
  t.same(await child.stop(), { code: null, signal: 'SIGTERM' })
  await t.rejects(child.waitForLine(/never said/), /ended .*without a line like/)
})

t.test('a program that does not exist is a failure with a reason', async (t) => {
  const child = startProcess(t, '/nowhere/to/be/found', [])
  await t.rejects(child.waitForLine(/anything/), /ENOENT/)
})

t.test('waiting in vain says for what and what was seen last', async (t) => {
  const deadlineMs = 20
  await t.rejects(
    until(() => 0, { what: 'a miracle', deadlineMs }),
    /waited 20 ms in vain for a miracle; last seen: 0/,
  )
  const check = () => Promise.reject(new Error('still away'))
  await t.rejects(until(check, { what: 'a reply', deadlineMs }), /a reply; last error: still away/)
})

t.test('free ports differ', async (t) => {
  const ports = await freePorts(5)
  t.equal(new Set(ports).size, 5)
})

t.test('a port that another process was given is passed over', async (t) => {
  const port = (await freePort()) + 1
  const theirs = createSocket('udp4')
  t.teardown(() => theirs.close())
  await new Promise<void>((resolve) => theirs.once('error', () => resolve()).bind(port, CLAIM_ADDRESS, resolve))
  t.not(await freePort(), port)
})
