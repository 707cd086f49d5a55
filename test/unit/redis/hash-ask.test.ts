import t from 'tap'
import { HashAsk, respOf } from '../../../edge/redis/hash-ask.ts'

t.test('a command is RESP, with the length of each part', async (t) => {
  t.equal(respOf('GET', ['key']), '*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n')
  t.equal(respOf('PING', []), '*1\r\n$4\r\nPING\r\n')
})

t.test('fields are asked for in the same words each time', async (t) => {
  const ask = new HashAsk('key', ['v', ''])
  for (const time of ['first', 'second', 'third'])
    t.equal(String(ask.command), '*4\r\n$5\r\nHMGET\r\n$3\r\nkey\r\n$1\r\nv\r\n$0\r\n\r\n', time)
})
