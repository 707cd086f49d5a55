import { RECORDING_VERSION, type RecordedRequest, type RecordingHead } from '../../../../edge/contract/recording.ts'

const HEAD: RecordingHead = {
  type: 'recording',
  version: RECORDING_VERSION,
  startedAtMs: 1_767_225_600_000,
  edge: 'edge-1',
  terms: { sample: 1, forMs: 60_000, maxBytes: 1_048_576, bodyBytes: 0, mask: [] },
}

/** A recorded GET of `/`, but for what is said. */
export function recordedRequest(changes: Partial<RecordedRequest>): RecordedRequest {
  return {
    type: 'request',
    atMs: 0,
    durationMs: 1,
    connection: '0-0',
    method: 'GET',
    scheme: 'http',
    target: '/',
    fields: ['Host', 'shop.example'],
    content: 'none',
    answer: { status: 200, bytes: 0, whole: 'yes', digest: '' },
    ...changes,
  }
}

/** The text of a recording. */
export function recordingText(requests: readonly RecordedRequest[]): string {
  return [HEAD, ...requests].map((line) => `${JSON.stringify(line)}\n`).join('')
}
