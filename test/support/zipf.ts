import type { SeededRandom } from './seeded-random.ts'

/** Draws ranks 0 … n-1, rank r with a chance proportional to 1 / (r + 1)^alpha. */
export function zipf(n: number, alpha: number, random: SeededRandom): () => number {
  const upTo: number[] = []
  let sum = 0
  for (let rank = 0; rank < n; rank++) {
    sum += (rank + 1) ** -alpha
    upTo.push(sum)
  }
  return () => {
    const wanted = random.next() * sum
    let [low, high] = [0, n - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}
