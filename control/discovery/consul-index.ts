// The index of blocking queries. Consul counts it up with every change, in 64 bits, so it is a bigint here and a text on the wire.

/** The index that asks for the present state without waiting. */
export const NO_INDEX = 0n

/**
 * The index to wait behind next. One that is missing, zero or no number counts as 1, since 0 would not wait at all and turn the
 * watch into a busy loop; one that went back means that Consul began anew, so the state is asked for afresh.
 * @param previous the index that was asked with
 * @param returned the X-Consul-Index field as it came
 * @see https://developer.hashicorp.com/consul/api-docs/features/blocking#implementation-details
 */
export function nextIndex(previous: bigint, returned: string | undefined): bigint {
  const index = readIndex(returned)
  return index < previous ? NO_INDEX : index
}

const MAX_INDEX = 2n ** 64n - 1n

function readIndex(text: string | undefined): bigint {
  if (text === undefined || !/^[0-9]{1,20}$/.test(text)) return 1n
  const index = BigInt(text)
  return index === 0n || index > MAX_INDEX ? 1n : index
}
