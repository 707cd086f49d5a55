import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const FOLDER = new URL('../../../../control/console/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')
const [html, style] = [read('index.html'), read('console.css')]
const script = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.js'))
  .map(read)
  .join('\n')
const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]!)

t.test('the page keeps to its content policy: nothing inline, nothing from elsewhere', (t) => {
  t.notMatch(html, /<script(?![^>]*\bsrc=)/)
  t.notMatch(html, /<style|\sstyle=|\son[a-z]+=/)
  t.notMatch(html + style, /https?:\/\//)
  t.notMatch(style, /@import|url\(/)
  t.end()
})

t.test('what comes from the API is put in as text, never as markup', (t) => {
  t.notMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser/)
  t.notMatch(script, /localStorage|document\.cookie/, 'and the token stays in this tab')
  t.end()
})

t.test('every element the script asks for is on the page, once', (t) => {
  t.equal(new Set(ids).size, ids.length)
  for (const [, id] of script.matchAll(/\$\('([^']+)'\)/g)) t.ok(ids.includes(id!), id!)
  t.end()
})

t.test('every field has a label, every table a name, every head its scope', (t) => {
  for (const [, id] of html.matchAll(/<(?:input|select)\b[^>]*\bid="([^"]+)"/g)) t.ok(html.includes(`<label for="${id}">`), id!)
  for (const [tag] of html.matchAll(/<table\b[^>]*>/g)) t.match(tag, /aria-labelledby="/)
  for (const [tag] of html.matchAll(/<th\b[^>]*>/g)) t.match(tag, /scope="col"/)
  for (const [, id] of html.matchAll(/aria-(?:labelledby|describedby)="([^"]+)"/g)) t.ok(ids.includes(id!), id!)
  t.match(html, /<html lang="en">/)
  t.match(html, /role="status" aria-live="polite"/)
  t.match(html, /name="viewport"/)
  t.match(style, /:focus-visible/)
  t.match(style, /light-dark\(/)
  t.end()
})
