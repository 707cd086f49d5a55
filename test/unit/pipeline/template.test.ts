import t from 'tap'
import { bodyOf } from '../../../edge/pipeline/template.ts'
import { Line } from '../../support/exchange-maker.ts'

const textOf = (body: string, template: 'no' | 'yes', target = '/cart?secret=1') => {
  const { x } = new Line().asked({ target })
  const config = { status: 503, contentType: 'text/html', body, template }
  return { text: Buffer.from(bodyOf({ config, bytes: Buffer.from(body) }, 1_500, x)).toString(), id: x.id }
}

t.test('a body is sent as it stands unless it is a template', async (t) => {
  t.equal(textOf('{{path}}', 'no').text, '{{path}}')
})

t.test('a template says something of the request, and leaves alone what it does not know', async (t) => {
  const { text, id } = textOf('{{status}} {{retryAfterS}} {{requestId}} {{host}} {{path}} {{other}} {{ path }}', 'yes')
  t.equal(text, `503 2 ${id} shop.example /cart {{other}} {{ path }}`)
})

t.test('what a client sent is escaped and cut', async (t) => {
  t.equal(textOf('{{path}}', 'yes', `/"><script>'&`).text, '/&quot;&gt;&lt;script&gt;&#39;&amp;')
  t.equal(textOf('{{path}}', 'yes', `/${'a'.repeat(1_000)}`).text.length, 256)
})
