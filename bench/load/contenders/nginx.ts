import type { Contender } from '../contender.ts'
import { accessLog, loadLuaModules, startNginx } from '../nginx.ts'

/** nginx + Lua doing the edge's whole job (`conf/edge.lua`); what every ratio is taken beside. */
export const nginxLua: Contender = {
  name: 'nginx-lua',
  label: 'nginx + Lua',
  cases: ['hit-l1', 'hit-l2', 'pass', 'limited'],
  async start({ rig, folder, port, accessLog: log }) {
    const values = { port, originPort: rig.originPort, redisPort: rig.redisPort }
    const texts = { loadModules: loadLuaModules(), accessLog: accessLog(log, folder) }
    const process = await startNginx('nginx-lua.conf', folder, { ...values, ...texts })
    return { url: `http://127.0.0.1:${port}`, process }
  },
}

/** nginx without Lua: `proxy_cache`, `proxy_pass` or `limit_req`, each alone, no crawler check and no switch. */
export const nginxCache: Contender = {
  name: 'nginx-cache',
  label: 'nginx `proxy_cache` / `proxy_pass` / `limit_req`',
  cases: ['hit-l1', 'pass', 'limited'],
  async start({ rig, folder, port, accessLog: log }) {
    const values = { port, originPort: rig.originPort, accessLog: accessLog(log, folder) }
    return { url: `http://127.0.0.1:${port}`, process: await startNginx('nginx-cache.conf', folder, values) }
  },
}
