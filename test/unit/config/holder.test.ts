import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { Holder } from '../../../edge/config/holder.ts'
import { makeRegistries, TWO_PEERS, toldOf } from '../../support/exchange-maker.ts'

t.test('the snapshot in force is replaced as a whole; who took the old one keeps it', async (t) => {
  const holder = new Holder()
  t.equal(holder.current, null)
  const registries = makeRegistries()
  const first = compile(toldOf(TWO_PEERS), registries)
  holder.swap(first)
  const taken = holder.current
  holder.swap(compile({ ...toldOf(TWO_PEERS), revision: 2 }, registries))
  t.equal(taken, first)
  t.equal(taken?.revision, 1)
  t.equal(holder.current?.revision, 2)
})
