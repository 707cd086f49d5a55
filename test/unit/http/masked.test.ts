import t from 'tap'
import { isSecretField, maskedField, maskedQuery, maskedTarget } from '../../../edge/http/masked.ts'

t.test('values of parameters that open a door are masked, others stay as they are written', async (t) => {
  t.equal(maskedQuery('q=a%20b&access_token=42&page=2'), 'q=a%20b&access_token=***&page=2')
  t.equal(maskedQuery('API%5FKEY=1&Password=x;sid=9&author=Eco'), 'API%5FKEY=***&Password=***;sid=***&author=Eco')
  t.equal(maskedQuery('token'), 'token')
  t.equal(maskedQuery('a=1&mine=2', new Set(['mine'])), 'a=1&mine=***')
})

t.test('of targets and URLs the query, the fragment and who logs in', async (t) => {
  t.equal(maskedTarget('/reset?token=42#sid=9'), '/reset?token=***#sid=***')
  t.equal(maskedTarget('https://me:pw@shop.example/?code=7'), 'https://***@shop.example/?code=***')
  t.equal(maskedTarget('/plain/@me'), '/plain/@me')
})

t.test('fields that are secrets by nature, by name, or by wish', async (t) => {
  for (const name of ['Authorization', 'COOKIE', 'Set-Cookie', 'X-Api-Key', 'X-My-Session', 'X-Amz-Security-Token'])
    t.equal(maskedField(name, 'v'), '***', name)
  for (const name of ['Accept', 'User-Agent', 'X-Author', 'Content-Type']) t.notOk(isSecretField(name), name)
  t.ok(isSecretField('X-Mine', new Set(['x-mine'])))
  t.equal(maskedField('Referer', 'https://a.example/?jwt=1&b=2'), 'https://a.example/?jwt=***&b=2')
})
