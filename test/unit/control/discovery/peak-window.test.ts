import t from 'tap'
import { PeakWindow } from '../../../../control/discovery/peak-window.ts'

t.test('the most of the window counts, also when it came before smaller ones', (t) => {
  const window = new PeakWindow(60_000)
  t.equal(window.peak(0), 0)
  window.add(10, 0)
  window.add(8, 10_000)
  window.add(6, 20_000)
  t.equal(window.peak(59_000), 10)
  t.equal(window.peak(70_001), 8, 'ten were until 10 s, so they leave the window at 70 s')
  t.equal(window.peak(80_001), 6)
  t.equal(window.peak(1e9), 6, 'the last sample stands for as long as there is no other')
  t.end()
})

t.test('a count that grew makes the smaller ones before it meaningless', (t) => {
  const window = new PeakWindow(60_000)
  window.add(3, 0)
  window.add(9, 1)
  window.add(5, 2)
  t.equal(window.peak(50_000), 9)
  t.end()
})

t.test('what was can be forgotten', (t) => {
  const window = new PeakWindow(60_000)
  window.add(10, 0)
  window.reset(2, 1)
  t.equal(window.peak(2), 2)
  t.end()
})
