/** A key for hashes, drawn when the thread began: who does not know it cannot make texts meet in a table. Two 32-bit integers. */
export const HASH_KEY: readonly [number, number] = drawn()

function drawn(): [number, number] {
  const [first, second] = crypto.getRandomValues(new Int32Array(2))
  return [first!, second!]
}
