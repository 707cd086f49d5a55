// Generated files are kept in the repository, where people and editors find them; here they are held against their source.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { generatedFiles } from '../../bin/generate/generated-files.ts'
import { jsonSchema } from '../../bin/generate/json-schema.ts'
import { readDocument } from '../../edge/contract/document.ts'
import { shapeOf } from '../../edge/contract/shape.ts'
import { textOf } from './read-file.ts'

const files = generatedFiles()

for (const [path, text] of files) {
  t.test(`${path} is what \`npm run generate\` writes`, (t) => {
    t.ok(textOf(path) === text, 'run: npm run generate')
    t.end()
  })
}

t.test('conf/schema holds generated files only', (t) => {
  const there = readdirSync(join(import.meta.dirname, '../../conf/schema')).map((name) => `conf/schema/${name}`)
  t.same(there.toSorted(), [...files.keys()].filter((path) => path.startsWith('conf/schema/')).toSorted())
  t.end()
})

t.test('in schemas for editors what has a default may be left out, and words are an enum', (t) => {
  const shape = shapeOf(
    Type.Object(
      {
        size: Type.Integer({ default: 1, description: 'Its size.', 'x-unit': 'bytes' }),
        name: Type.String({ maxLength: 9 }),
        mode: Type.Union([Type.Literal('a'), Type.Literal('b')], { default: 'a' }),
        either: Type.Union([Type.Literal('off'), Type.String({ maxLength: 9 })], { default: 'off' }),
      },
      { $id: 'thing', additionalProperties: false },
    ),
  )
  t.match(jsonSchema(shape), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['name'],
    properties: {
      size: { description: 'Its size. In bytes.' },
      mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
      either: { anyOf: [{ const: 'off' }, {}] },
    },
  })
  t.notOk('$id' in jsonSchema(shape))
  t.end()
})

t.test('a document as people write it, without its defaults, is valid by the schema for editors', (t) => {
  const schema = JSON.parse(textOf('conf/schema/site.json')) as object
  const reading = readDocument(textOf('conf/demo-site.yaml'))
  if (!reading.ok) throw new Error('conf/demo-site.yaml cannot be read')
  const compiled = Compile(schema as Type.TSchema)
  t.ok(compiled.Check(reading.value))
  t.notOk(compiled.Check({ ...(reading.value as object), nmae: 'x' }))
  t.end()
})
