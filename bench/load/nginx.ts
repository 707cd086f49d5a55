import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Process, startProcess, untilReady } from './process.ts'
import { answersAt } from './request.ts'

/** What a template of `conf/` is filled with: `{{name}}` becomes the value. */
export type Values = Readonly<Record<string, string | number>>

const CONF = join(import.meta.dirname, 'conf')
const LUA_MODULES = ['ndk_http_module.so', 'ngx_http_lua_module.so']
// Escaped by nginx itself, so each line is valid JSON; buffered, as a busy site has it.
const LOG_FORMAT = `log_format lines escape=json '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","uri":"$request_uri",'
    '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"agent":"$http_user_agent"}';`

/** Starts nginx in the foreground from `conf/<template>` with `folder` for all its files. @throws Error when it does not answer */
export async function startNginx(template: string, folder: string, values: Values & { readonly port: number }): Promise<Process> {
  const file = join(folder, 'nginx.conf')
  const all = { ...values, dir: folder, user: userInfo().username, tempPaths: tempPaths(folder), luaDir: CONF }
  writeFileSync(file, fill(readFileSync(join(CONF, template), 'utf8'), all))
  const process = await startProcess(['nginx', '-p', folder, '-c', file, '-e', join(folder, 'error.log')], join(folder, 'nginx.log'))
  await untilReady(process, () => answersAt(values.port))
  return process
}

/** The directives that switch a contender's access log off, or on with one JSON line per request. */
export function accessLog(wanted: 'off' | 'json-lines', folder: string): string {
  if (wanted === 'off') return 'access_log off;'
  return `${LOG_FORMAT}\n  access_log ${join(folder, 'access.log')} lines buffer=64k flush=1s;`
}

/** The `load_module` lines that give this machine's nginx Lua; empty where it is compiled in. */
export function loadLuaModules(): string {
  const folder = /--modules-path=(\S+)/.exec(nginxBuild())?.[1] ?? '/usr/lib/nginx/modules'
  const files = LUA_MODULES.map((name) => join(folder, name)).filter((file) => existsSync(file))
  return files.map((file) => `load_module ${file};`).join('\n')
}

/** What `nginx -V` prints: version and build arguments. */
export function nginxBuild(): string {
  // nginx writes it to stderr.
  return execFileSync('sh', ['-c', 'nginx -V 2>&1'], { encoding: 'utf8' })
}

/** Replaces each `{{name}}`. @throws Error for a name without a value, so that no half-filled file reaches nginx */
export function fill(template: string, values: Values): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`template value ${name} is missing`)
    return String(value)
  })
}

function tempPaths(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join(' ')
}
