import t from 'tap'
import { edgeBootstrapText, planUp } from '../../../../control/cli/up-plan.ts'
import { type UpBootstrap, UpBootstrapSchema } from '../../../../edge/contract/bootstrap.ts'
import { readBootstrap } from '../../../../edge/contract/read-site.ts'
import { validate } from '../../../../edge/contract/validate.ts'

function bootstrap(value: object): UpBootstrap {
  const read = validate(UpBootstrapSchema, value)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.value
}

t.test('the site of the file stands beside the file, and the demo is on', (t) => {
  const plan = planUp({
    bootstrap: bootstrap({ demo: 'on', control: { site: 'shop.yaml' } }),
    configPath: '/etc/weir/up.yaml',
    siteFlag: undefined,
  })
  t.match(plan, { site: '/etc/weir/shop.yaml', control: { site: '/etc/weir/shop.yaml' }, demoPorts: [9101, 9102, 9103] })
  t.end()
})

t.test('--site comes first, stays as it was typed, and turns the demo off', (t) => {
  const wishes = {
    bootstrap: bootstrap({ demo: 'on', control: { site: 'shop.yaml' } }),
    configPath: '/etc/weir/up.yaml',
    siteFlag: 'mine.yaml',
  }
  t.match(planUp(wishes), { site: 'mine.yaml', demoPorts: null })
  t.match(planUp({ ...wishes, siteFlag: '/etc/weir/shop.yaml' }), { demoPorts: [9101, 9102, 9103] }, 'unless it is the site of the file')
  t.end()
})

t.test('without any site there is no plan', (t) => {
  t.equal(planUp({ bootstrap: bootstrap({}), configPath: 'up.yaml', siteFlag: undefined }), null)
  t.end()
})

t.test('the access log leaves the terminal alone, unless it is elsewhere already', (t) => {
  const planned = (accessLog: string) =>
    planUp({ bootstrap: bootstrap({ edge: { accessLog } }), configPath: 'up.yaml', siteFlag: 's.yaml' })?.edge.accessLog
  t.same([planned('stdout'), planned('off'), planned('/var/log/a')], ['.weir/access.log', 'off', '/var/log/a'])
  t.end()
})

t.test('what the edge is started with is a valid bootstrap that names its control plane', (t) => {
  const plan = planUp({ bootstrap: bootstrap({ edge: { site: 'last.yaml' } }), configPath: '/etc/up.yaml', siteFlag: 's.yaml' })
  const read = readBootstrap('edge', edgeBootstrapText(plan!, 'http://127.0.0.1:9900'))
  t.match(read, {
    ok: true,
    bootstrap: { site: '/etc/last.yaml', control: { url: 'http://127.0.0.1:9900', tokenFile: /\/\.weir\/edge-token$/ } },
  })
  t.end()
})
