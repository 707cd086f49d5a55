// Between IP addresses and their text. Whether a text is an address at all is asked of node:net first; here it is only read.

/** The 32 bits of a dotted text that `isIPv4` accepts, unsigned. */
export function ipv4Bits(text: string): number {
  let bits = 0
  for (const part of text.split('.')) bits = bits * 256 + Number(part)
  return bits
}

/** The eight groups of an IPv6 text that `isIPv6` accepts and that has no zone id. */
export function ipv6Groups(text: string): number[] {
  const [head = '', tail] = text.split('::')
  const left = groupsOf(head)
  if (tail === undefined) return left
  const right = groupsOf(tail)
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** The text of eight groups after RFC 5952: lower-case, no leading zeros, the first longest run of zeros shortened. */
export function formatIpv6(groups: readonly number[]): string {
  let start = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    // A single zero group is not shortened (§4.2.2); of equal runs the first is (§4.2.3).
    if (end - i > length) {
      start = i
      length = end - i
    }
    i = Math.max(i, end)
  }
  const hex = groups.map((group) => group.toString(16))
  return start < 0 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)]
    const bits = ipv4Bits(part)
    return [bits >>> 16, bits & 0xffff]
  })
}
