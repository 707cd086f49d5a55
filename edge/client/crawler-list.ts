// What is known of crawlers before anybody configures anything: the patterns of isbot, and conf/crawlers.json.
//
// isbot looks for words such as `bot` or `radar` anywhere in the agent, so a phone of that name is a crawler to it. An agent that looks
// like a crawler is therefore judged again without the phrases in which devices tell their model. Exceptions are phrases and never whole
// agents: a crawler that dresses as a phone still shows its name elsewhere. All patterns are linear: their quantifiers are bounded.

import { isbot } from 'isbot'
import data from '../../conf/crawlers.json' with { type: 'json' }

const DEVICE_PHRASES = new RegExp(data.devicePhrases.map(({ pattern }) => `(?:${pattern})`).join('|'), 'gi')
const TEXTS = new RegExp([...data.names.list.map(wholeWord), ...data.texts.map(({ text }) => RegExp.escape(text))].join('|'), 'i')

/**
 * Whether the built-in lists take an agent for a crawler. Costs some µs: remember the answer.
 * @param agent not empty, and of bounded length
 */
export function isListedCrawler(agent: string): boolean {
  if (!looksLikeCrawler(agent)) return false
  const withoutDevice = agent.replace(DEVICE_PHRASES, ' ')
  return withoutDevice === agent || looksLikeCrawler(withoutDevice)
}

function looksLikeCrawler(agent: string): boolean {
  return isbot(agent) || TEXTS.test(agent)
}

// `\b` would not do: a name may begin or end with a slash or a dash.
function wholeWord(name: string): string {
  const end = /\w$/.test(name) ? '(?![a-z0-9])' : ''
  return `(?<![a-z0-9])${RegExp.escape(name)}${end}`
}
