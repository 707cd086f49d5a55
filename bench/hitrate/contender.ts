import type { Trace } from './trace.ts'

/** A cache without contents. */
export interface Contender {
  /** A request. @param size what the thing weighs @param at number of the request @returns whether it was there */
  ask(key: number, size: number, at: number): boolean
}

/** Makes a cache with room for so much of a trace. */
export type Make = (room: number, trace: Trace) => Contender
