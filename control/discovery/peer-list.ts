// Lists of peers, each sorted by address: made from what was found, compared, put together.

import type { PeerConfig } from '../../edge/contract/peer.ts'
import type { PeerDifference, SomePeers } from '../domain/endpoint-source.ts'

/** The most peers of one service; instances beyond are left out. */
export const MAX_PEERS = 5_000
/** Of a difference, only so many addresses are named. */
const MAX_NAMED = 20

/**
 * Peers sorted by address, each address once, so that an answer in another order is no change. Two instances may share an address
 * (a service registered twice under two ids): they are one peer, with the larger weight.
 */
export function distinctPeers(peers: readonly PeerConfig[]): PeerConfig[] {
  const byAddress = new Map<string, PeerConfig>()
  for (const peer of peers) {
    const known = byAddress.get(peer.address)
    if (!known || known.weight < peer.weight) byAddress.set(peer.address, peer)
  }
  return [...byAddress.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
}

/** Whether two lists are the same in every member. */
export function samePeers(one: readonly PeerConfig[], other: readonly PeerConfig[]): boolean {
  return one.length === other.length && one.every((peer, index) => samePeer(peer, other[index]!))
}

/** The peers of `answer`, and those of `known` that it lacks; at most MAX_PEERS. */
export function withMissing(answer: readonly PeerConfig[], known: readonly PeerConfig[]): readonly PeerConfig[] {
  const missing = missingOf(answer, known)
  if (missing.length === 0) return answer
  return distinctPeers([...answer, ...missing.slice(0, Math.max(0, MAX_PEERS - answer.length))])
}

/** The peers of `known` that `answer` lacks. */
export function missingOf(answer: readonly PeerConfig[], known: readonly PeerConfig[]): readonly PeerConfig[] {
  const listed = new Set(answer.map(({ address }) => address))
  return known.filter(({ address }) => !listed.has(address))
}

/** What turned `before` into `after`. @param atMs wall clock */
export function differenceOf(before: readonly PeerConfig[], after: readonly PeerConfig[], atMs: number): PeerDifference {
  const known = new Map(before.map((peer) => [peer.address, peer]))
  const changed = after.filter((peer) => {
    const old = known.get(peer.address)
    return old !== undefined && !samePeer(old, peer)
  })
  return { atMs, added: some(missingOf(before, after)), removed: some(missingOf(after, before)), changed: some(changed) }
}

/** How many there are, and the addresses of the first. */
export function some(peers: readonly PeerConfig[]): SomePeers {
  return { count: peers.length, addresses: peers.slice(0, MAX_NAMED).map(({ address }) => address) }
}

function samePeer(one: PeerConfig, other: PeerConfig): boolean {
  return (
    one.address === other.address &&
    one.weight === other.weight &&
    one.priority === other.priority &&
    one.zone === other.zone &&
    sameTexts(one.tags ?? [], other.tags ?? []) &&
    sameMeta(one.meta ?? {}, other.meta ?? {})
  )
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index])
}

function sameMeta(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
}
