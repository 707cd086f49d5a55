import type { BlobStat, Blobs } from '../../edge/base/ports.ts'

/** A folder of blobs in memory; it fails when the test says so, and writes can be held. */
export class MemoryBlobs implements Blobs {
  readonly files = new Map<string, { bytes: Buffer; writtenAtMs: number }>()
  /** What every operation throws. */
  fault: Error | null = null
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve()
  /** The date of the next write. */
  nowMs = 0

  async read(name: string, maxBytes: number): Promise<Buffer | null> {
    this.#check()
    const file = this.files.get(name)
    return file === undefined || file.bytes.length > maxBytes ? null : file.bytes
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.gate
    this.#check()
    this.files.set(name, { bytes: Buffer.from(bytes), writtenAtMs: this.nowMs })
  }

  async remove(name: string): Promise<void> {
    this.#check()
    this.files.delete(name)
  }

  async list(): Promise<readonly BlobStat[]> {
    this.#check()
    return [...this.files].map(([name, { bytes, writtenAtMs }]) => ({ name, bytes: bytes.length, writtenAtMs }))
  }

  #check(): void {
    if (this.fault !== null) throw this.fault
  }
}
