import { existsSync, lstatSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { nameToBind, putInPlace } from '../../../edge/server/unix-socket.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'

async function bound(t: Scope, path: string): Promise<Server> {
  const server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(nameToBind(path), resolve))
  putInPlace(path)
  return server
}

t.test('a socket takes the place of what is there, and closing another one does not take its name away', async (t) => {
  const folder = tempDir(t)
  const path = join(folder, 'a.sock')
  writeFileSync(path, 'left by a crash')
  const first = await bound(t, path)
  t.ok(lstatSync(path).isSocket())
  const { ino } = lstatSync(path)
  await bound(t, path)
  t.not(lstatSync(path).ino, ino)
  await new Promise((resolve) => first.close(resolve))
  t.ok(existsSync(path))
  t.same(readdirSync(folder), ['a.sock'], 'no other name is left')
})

t.test('what was never bound cannot be put in its place', async (t) => {
  t.throws(() => putInPlace(join(tempDir(t), 'a.sock')), { code: 'ENOENT' })
})
