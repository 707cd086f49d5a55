import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary } from './find-binary.ts'
import { freePort } from './free-port.ts'
import { request } from './http-client.ts'
import type { Scope } from './scope.ts'
import { Service } from './service.ts'
import { tempDir } from './temp-dir.ts'

/** A real nginx, one process, listening on one loopback port. */
export interface TestNginx {
  readonly port: number
  readonly url: string
  readonly pid: number
}

/**
 * Starts nginx for one test and waits until it answers.
 * @param http gives what stands inside `http { … }`, its `listen` being the address it is handed, e.g. `127.0.0.1:12345`
 */
export async function startNginx(t: Scope, http: (listen: string) => string): Promise<TestNginx> {
  const port = await freePort()
  const folder = tempDir(t)
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, mainConfig(folder, http(`127.0.0.1:${port}`)))
  const service = await Service.start(t, {
    name: 'nginx',
    command: findBinary('nginx'),
    args: ['-e', 'stderr', '-p', folder, '-c', file],
    isReady: () => request({ port, path: '/' }),
  })
  return { port, url: `http://127.0.0.1:${port}`, pid: service.pid }
}

function mainConfig(folder: string, http: string): string {
  // Without these nginx writes below the system's /var/lib, where an ordinary user may not.
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  ${places.join('\n  ')}
  ${http}
}
`
}
