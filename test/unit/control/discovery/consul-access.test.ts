import t from 'tap'
import { readConsulAccess } from '../../../../control/discovery/consul-access.ts'
import { type ConsulConfig, ConsulSchema } from '../../../../edge/contract/discovery-settings.ts'
import { MemoryFiles } from '../../../support/memory-files.ts'
import { accepted } from '../../contract/accepts.ts'

const config = (more: object) => accepted(ConsulSchema, { url: 'https://127.0.0.1:8501', ...more }) as ConsulConfig

t.test('a service has its own token, or that of all, or none', async (t) => {
  const files = new MemoryFiles()
  files.texts.set('/all', 'for all\n').set('/shop', ' for shop ')
  const access = await readConsulAccess(config({ tokenFile: '/all', tokens: [{ service: 'shop', tokenFile: '/shop' }] }), files)
  t.equal(await access.tokenFor('shop'), 'for shop')
  t.equal(await access.tokenFor('cart'), 'for all')
  files.texts.set('/all', 'another')
  t.equal(await access.tokenFor('cart'), 'another', 'what was replaced counts from the next question on')
  t.equal(await (await readConsulAccess(config({ token: 'said' }), files)).tokenFor('shop'), 'said')
  t.equal(await (await readConsulAccess(config({}), files)).tokenFor('shop'), null)
})

t.test('a token that is not there is a failure, never a question without one', async (t) => {
  const files = new MemoryFiles()
  files.texts.set('/empty', '\n')
  for (const tokenFile of ['/none', '/empty']) {
    const access = await readConsulAccess(config({ tokenFile }), files)
    await t.rejects(access.tokenFor('shop'), { message: `there is no token in ${tokenFile}` })
  }
})

t.test('certificates are read once, and a control plane does not start without them', async (t) => {
  const files = new MemoryFiles()
  files.texts.set('/ca', 'CA').set('/cert', 'CERT').set('/key', 'KEY')
  t.match(await readConsulAccess(config({ caFile: '/ca', certFile: '/cert', keyFile: '/key' }), files), {
    ca: 'CA',
    cert: 'CERT',
    key: 'KEY',
  })
  await t.rejects(readConsulAccess(config({ caFile: '/none' }), files), { code: 'CONFIG_UNREADABLE', detail: { path: '/none' } })
  files.fault = new Error('EACCES')
  await t.rejects(readConsulAccess(config({ caFile: '/ca' }), files), { code: 'CONFIG_UNREADABLE' })
})
