// What an instance of Consul says about itself beside its address: tags, metadata, and where it stands. Who registers a service may
// write anything there, so what the contract would refuse is left out, and of what is good a bounded part is kept.

import { ZONE_PATTERN } from '../../edge/contract/choice.ts'
import { LABEL_TAG_PATTERN, MAX_LABELS, MAX_META_LENGTH, META_NAME_PATTERN, type PeerConfig } from '../../edge/contract/peer.ts'
import { isMapValue, matchesPattern } from '../../edge/contract/shape.ts'

/** Characters of all tags and metadata of one peer together; what comes later in their order is left out. */
export const MAX_LABEL_CHARACTERS = 2_048

/** Characters of the tags and metadata of all peers of one service; the peers after that go without. */
export const MAX_SERVICE_CHARACTERS = 4_194_304

/** The peers, in their order, as far as their labels go into the bound of a service: an edge must be able to take all endpoints at once. */
export function withinLabels(peers: readonly PeerConfig[]): readonly PeerConfig[] {
  const room = { left: MAX_SERVICE_CHARACTERS }
  return peers.map((peer) => {
    if (fits(charactersOf(peer), room)) return peer
    const { tags, meta, ...bare } = peer
    return bare
  })
}

/** The labels of a peer; a member that would be empty is left out. */
export type PeerLabels = Pick<PeerConfig, 'zone' | 'tags' | 'meta'>

/** The labels of one entry of Consul's list. @param zoneMeta the metadata that names its zone */
export function peerLabels(entry: Readonly<Record<string, unknown>>, zoneMeta: string): PeerLabels {
  const [service, node] = [mapOr(entry.Service), mapOr(entry.Node)]
  const room = { left: MAX_LABEL_CHARACTERS }
  const [tags, meta] = [tagsOf(service.Tags, room), metaOf(service.Meta, room)]
  const zone = zoneOf(service, node, zoneMeta)
  return {
    ...(zone === null ? {} : { zone }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(meta.length === 0 ? {} : { meta: Object.fromEntries(meta) }),
  }
}

type Fields = Readonly<Record<string, unknown>>

// From the nearest to the farthest: what the service says of itself, its node, and where Consul knows both to be.
function zoneOf(service: Fields, node: Fields, zoneMeta: string): string | null {
  const said = [service.Meta, node.Meta].map((meta) => mapOr(meta)[zoneMeta])
  const known = [service.Locality, node.Locality].map((locality) => mapOr(locality).Zone)
  const zone = [...said, ...known, node.Datacenter].find((each) => typeof each === 'string' && matchesPattern(ZONE_PATTERN, each))
  return typeof zone === 'string' ? zone : null
}

function tagsOf(tags: unknown, room: { left: number }): string[] {
  if (!Array.isArray(tags)) return []
  const good = tags.filter((tag): tag is string => typeof tag === 'string' && matchesPattern(LABEL_TAG_PATTERN, tag))
  return [...new Set(good)]
    .sort()
    .filter((tag) => fits(tag.length, room))
    .slice(0, MAX_LABELS)
}

function metaOf(meta: unknown, room: { left: number }): (readonly [string, string])[] {
  return Object.entries(mapOr(meta))
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1].length <= MAX_META_LENGTH)
    .filter(([name]) => matchesPattern(META_NAME_PATTERN, name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .filter(([name, value]) => fits(name.length + value.length, room))
    .slice(0, MAX_LABELS)
}

function charactersOf({ tags = [], meta = {} }: PeerConfig): number {
  const texts = [...tags, ...Object.entries(meta).flat()]
  return texts.reduce((sum, text) => sum + text.length, 0)
}

function fits(characters: number, room: { left: number }): boolean {
  if (characters > room.left) return false
  room.left -= characters
  return true
}

function mapOr(value: unknown): Fields {
  return isMapValue(value) ? value : {}
}
