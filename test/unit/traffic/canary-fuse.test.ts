import t from 'tap'
import { CanaryFuse, plainlyFails } from '../../../edge/traffic/canary-fuse.ts'

t.test('half of fifty must fail where the control group fares well', async (t) => {
  const well = { requests: 60, failures: 1 }
  t.equal(plainlyFails({ requests: 50, failures: 25 }, well), true)
  t.equal(plainlyFails({ requests: 50, failures: 24 }, well), false)
  t.equal(plainlyFails({ requests: 49, failures: 49 }, well), false, 'too few')
  t.equal(plainlyFails({ requests: 50, failures: 50 }, { requests: 49, failures: 0 }), false, 'nothing to compare with')
  t.equal(plainlyFails({ requests: 50, failures: 50 }, { requests: 60, failures: 30 }), false, 'everybody fails')
})

t.test('it is blown for as long as the same shares stand', async (t) => {
  const fuse = new CanaryFuse()
  t.equal(fuse.why([90, 10]), null)
  fuse.blow([90, 10], 'bad')
  t.equal(fuse.why([90, 10]), 'bad', 'also when they come anew')
  t.equal(fuse.why([100, 0]), null)
  t.equal(fuse.why([90, 10]), null, 'who gives it a share again after that has decided so')
})
