// The console: a few files, read once at the start and served by name. There is no path to climb out of: what is not in the list is
// not there.

import type { FastifyInstance } from 'fastify'
import { CONSOLE_POLICY } from './security-fields.ts'

/** A file of the console. */
export interface ConsoleFile {
  /** Where it is served, e.g. `/console/app.js`. */
  readonly path: string
  readonly contentType: string
  readonly text: string
}

/** Adds the files of the console. */
export function addConsoleRoutes(app: FastifyInstance, files: readonly ConsoleFile[]): void {
  for (const { path, contentType, text } of files) {
    app.get(path, { config: { action: 'public' } }, (_request, reply) =>
      reply.header('content-security-policy', CONSOLE_POLICY).header('cache-control', 'no-cache').type(contentType).send(text),
    )
  }
}
