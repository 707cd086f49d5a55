import { type Known, TextMemo } from '../base/text-memo.ts'
import type { ClientsConfig } from '../contract/client.ts'
import { isListedCrawler } from './crawler-list.ts'

/** How much of an agent is looked at, in bytes. Crawlers say who they are well before; the rest is room for attacks on the patterns. */
export const MAX_AGENT_BYTES = 512
/** Verdicts remembered; at most some 5 MB when all agents are as long as can be. */
export const MAX_VERDICTS = 10_000

/**
 * Tells crawlers from people by their User-Agent.
 *
 * The site's `people` come first, then its `agents`, then the built-in lists. Verdicts are remembered, since a site sees few agents often.
 * A flood of invented ones costs a judgement each and pushes old verdicts out, but takes no more memory.
 */
export class CrawlerAgents {
  readonly #people: readonly string[]
  readonly #agents: readonly string[]
  readonly #verdicts = new TextMemo<boolean>(MAX_VERDICTS, (agent) => this.#judge(agent))

  constructor(corrections: ClientsConfig['crawlers']) {
    this.#people = corrections.people.map((text) => text.toLowerCase())
    this.#agents = corrections.agents.map((text) => text.toLowerCase())
  }

  /**
   * Whether this agent is a crawler; HTTP libraries, feed fetchers and monitors count as crawlers.
   * So does a request without an agent: every browser sends one, while scripts and scanners often do not.
   * @throws never
   */
  isCrawler(userAgent: string | undefined): boolean {
    return userAgent === undefined || this.verdict(userAgent, null).found
  }

  /** The same, for an agent. @param last the verdict on the request before on the same connection */
  verdict(userAgent: string, last: Known<boolean> | null): Known<boolean> {
    return this.#verdicts.again(userAgent.length > MAX_AGENT_BYTES ? userAgent.slice(0, MAX_AGENT_BYTES) : userAgent, last)
  }

  /** Verdicts remembered now. */
  get remembered(): number {
    return this.#verdicts.size
  }

  #judge(agent: string): boolean {
    if (agent.trim() === '') return true
    const lower = agent.toLowerCase()
    if (this.#people.some((text) => lower.includes(text))) return false
    if (this.#agents.some((text) => lower.includes(text))) return true
    return isListedCrawler(agent)
  }
}
