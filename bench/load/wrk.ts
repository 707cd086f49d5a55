import { join } from 'node:path'
import { startProcess, untilReady } from './process.ts'

const CONNECTIONS = 64
/** A person's browser: the crawler check must look at it and let it pass. */
export const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'

/** What one run of wrk counted. */
export interface Load {
  /** Whole answers, refusals included. */
  readonly answered: number
  /** Answers whose status was not 2xx or 3xx. */
  readonly refused: number
  /** Connect, read, write and timeout errors together. */
  readonly socketErrors: number
  readonly requestsPerSecond: number
}

/** What one run of wrk is asked for. */
export interface LoadOrder {
  readonly url: string
  /** `pagesText` of the pages to ask for in turn. */
  readonly pagesFile: string
  readonly seconds: number
  /** Of wrk, which share its connections. */
  readonly threads: number
  readonly logFile: string
}

/** Loads with 64 connections. @throws Error when wrk fails */
export async function wrk({ url, pagesFile, seconds, threads, logFile }: LoadOrder): Promise<Load> {
  const script = join(import.meta.dirname, 'conf/wrk.lua')
  const load = ['wrk', '-t', String(threads), '-c', String(CONNECTIONS), '-d', `${seconds}s`, '-s', script, url]
  const process = await startProcess([...load, '--', pagesFile, USER_AGENT], logFile)
  await untilReady(process, process.ended, seconds * 1_000 + 15_000)
  return parseWrk(process.output())
}

/** Reads wrk's summary; a line wrk leaves out when there is nothing to tell counts as 0. @throws Error when it is no summary */
export function parseWrk(text: string): Load {
  const answered = /(\d+) requests in/.exec(text)
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(text)
  if (!answered || !rate) throw new Error(`wrk printed no summary:\n${text}`)
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? []
  return {
    answered: Number(answered[1]),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
    socketErrors: errors.reduce((sum, count) => sum + Number(count), 0),
    requestsPerSecond: Number(rate[1]),
  }
}
