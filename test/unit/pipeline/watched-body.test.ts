import t from 'tap'
import type { BodySink } from '../../../edge/http/body.ts'
import { watchedBody } from '../../../edge/pipeline/watched-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const SINK: BodySink = { write: () => true, end() {}, fail() {} }

t.test('the end of a body is told once, whichever way it comes', async (t) => {
  const ends: Record<string, (body: ScriptedBody, cancel: () => void) => void> = {
    end: (body) => body.end(),
    fail: (body) => body.fail(new Error('reset')),
    cancel: (_, cancel) => cancel(),
  }
  for (const [name, end] of Object.entries(ends)) {
    let over = 0
    const body = new ScriptedBody()
    const flow = watchedBody(body, () => over++).open(SINK)
    body.write('half')
    t.equal(over, 0)
    end(body, () => flow.cancel())
    flow.cancel()
    t.equal(over, 1, name)
  }
})
