// Writes what is generated from the contract: the JSON Schemas for editors and the reference pages. Run by `npm run generate`.
// The files are kept in the repository; a contract test fails when they differ from what this program would write.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedFiles } from './generate/generated-files.ts'

const root = join(import.meta.dirname, '..')
for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  console.log(path)
}
