// What a process held in memory, on disk for the one that comes after it.

import type { Blobs, Log } from '../base/ports.ts'
import { MEMORY_FILE } from '../cache/kept-memory.ts'

/** Removes it: what this process lets go of from now on must not come back after a crash. Never rejects. */
export async function dropKeptMemory(blobs: Blobs | null, log: Log): Promise<void> {
  await blobs?.remove(MEMORY_FILE).catch((cause: unknown) => log.warn({ event: 'memory-not-removed', cause: String(cause) }))
}

/**
 * What the process before this one left; null where it left nothing that can be read. Read once: it is for the next process, not for those that
 * follow it after a crash.
 * @param maxBytes what may be taken; 0 takes nothing
 */
export async function takeKeptMemory(blobs: Blobs | null, maxBytes: number, log: Log): Promise<SharedArrayBuffer | null> {
  if (blobs === null || maxBytes === 0) return null
  try {
    const bytes = await blobs.read(MEMORY_FILE, maxBytes)
    await blobs.remove(MEMORY_FILE)
    if (bytes === null) return null
    const memory = new SharedArrayBuffer(bytes.length)
    new Uint8Array(memory).set(bytes)
    return memory
  } catch (cause) {
    log.warn({ event: 'memory-unreadable', cause: String(cause) })
    return null
  }
}
