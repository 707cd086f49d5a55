import { makeCertificate } from '../certificate.ts'
import type { Contender, Start } from '../contender.ts'
import { accessLog, loadLuaModules, startNginx } from '../nginx.ts'

/** nginx + Lua doing the edge's whole job (`conf/edge.lua`); what the ratios beside other programs are taken beside. */
export const nginxLua: Contender = {
  name: 'nginx-lua',
  label: 'nginx + Lua',
  cases: ['hit-l1', 'hit-l2', 'pass', 'limited', 'tls', 'idle'],
  async start(start) {
    const { rig, folder, port, accessLog: log } = start
    const values = { port, originPort: rig.originPort, redisPort: rig.redisPort }
    const texts = { loadModules: loadLuaModules(), accessLog: accessLog(log, folder), ...tlsTexts(start) }
    const process = await startNginx('nginx-lua.conf', folder, { ...values, ...texts })
    return { url: urlOf(start), process }
  },
}

/** nginx without Lua: `proxy_cache`, `proxy_pass` or `limit_req`, each alone, no crawler check and no switch. */
export const nginxCache: Contender = {
  name: 'nginx-cache',
  label: 'nginx `proxy_cache` / `proxy_pass` / `limit_req`',
  cases: ['hit-l1', 'pass', 'limited'],
  async start(start) {
    const { rig, folder, port, accessLog: log } = start
    const values = { port, originPort: rig.originPort, accessLog: accessLog(log, folder) }
    return { url: urlOf(start), process: await startNginx('nginx-cache.conf', folder, values) }
  },
}

function urlOf({ benchCase, port }: Start): string {
  return `${benchCase === 'tls' ? 'https' : 'http'}://127.0.0.1:${port}`
}

// Session tickets and a cache of sessions are left as they come: kept-alive connections shake hands once.
function tlsTexts({ benchCase, folder }: Start): { readonly listenTls: string; readonly certificate: string } {
  if (benchCase !== 'tls') return { listenTls: '', certificate: '' }
  const { certFile, keyFile } = makeCertificate(folder)
  const protocols = 'ssl_protocols TLSv1.2 TLSv1.3;'
  return { listenTls: 'ssl', certificate: `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; ${protocols}` }
}
