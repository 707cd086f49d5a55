import t from 'tap'
import { cookiePairs, cookieValue, MAX_COOKIES } from '../../../edge/http/cookie.ts'

t.test('the first cookie of a name is found over all lines', async (t) => {
  t.equal(cookieValue(['a=1; b=2; b=3', 'c=4'], 'b'), '2')
  t.equal(cookieValue(['a=1', 'c=4;d=5'], 'd'), '5')
  t.equal(cookieValue([], 'a'), undefined)
})

t.test('names are whole and case-sensitive', async (t) => {
  t.equal(cookieValue(['xid=1; idx=2; ID=3; id=4'], 'id'), '4')
  t.equal(cookieValue(['a=id=1'], 'id'), undefined)
  t.equal(cookieValue(['a="; id=1"'], 'id'), '1"', 'a semicolon separates even in quotes')
  t.equal(cookieValue(['a=1'], '__proto__'), undefined)
})

t.test('values keep their equals signs and lose blanks and quotes around them', async (t) => {
  t.equal(cookieValue(['t=a=b== ;u="q";v=;w="'], 't'), 'a=b==')
  t.equal(cookieValue(['u="q"'], 'u'), 'q')
  t.equal(cookieValue(['v=; w="'], 'v'), '')
  t.equal(cookieValue(['w="'], 'w'), '"')
  t.equal(cookieValue(['p=%20'], 'p'), '%20', 'nothing is decoded')
})

t.test('what is no cookie is passed over', async (t) => {
  t.equal(cookieValue([';; flag; =x;\ta=1'], 'a'), '1')
  t.equal(cookieValue(['a'], 'a'), undefined)
})

t.test('a name does not reach into the next cookie', async (t) => {
  t.equal(cookieValue(['a;b=1'], 'a;b'), undefined)
})

t.test('cookies beyond the limit are as if not sent', async (t) => {
  const cookies = (before: number) => [`${'x=1; '.repeat(before)}last=1`]
  t.equal(cookieValue(cookies(MAX_COOKIES - 1), 'last'), '1')
  t.equal(cookieValue(cookies(MAX_COOKIES), 'last'), undefined)
})

t.test('long hostile lines cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of ['a;', ';', ' ', 'a', '=', '"']) cookieValue([piece.repeat(1_000_000)], 'id')
  t.ok(performance.now() - startMs < 5_000)
})

t.test('cookies are told with their names, in order, as they came', async (t) => {
  t.same(cookiePairs(['a=1; b="x=y" ;;', ' c ; d =2']), [
    ['a', 'a=1'],
    ['b', 'b="x=y"'],
    ['c', 'c'],
    ['d', 'd =2'],
  ])
  t.equal(cookiePairs(['x=1;'.repeat(MAX_COOKIES + 1), 'y=1']).length, MAX_COOKIES)
})
