// What kind of device a browser runs on, as far as pages are laid out differently for it. Four classes and no more: each is a copy of every page.

/** Phone, tablet, desktop, or something else: a television, a tool, nothing that can be told. */
export type DeviceClass = 'phone' | 'tablet' | 'desktop' | 'other'

/** Longer agents are judged by their beginning. */
const MAX_AGENT = 512
const OTHER = /\b(?:smart-?tv|googletv|appletv|hbbtv|web0s|bravia|roku|aft[bmst]|crkey|xbox|playstation|nintendo)\b|\btizen\b.*\btv\b/i
const TABLET = /\b(?:ipad|tablet|playbook|kindle|silk)\b|\bandroid\b(?!.*\bmobile\b)/i
const PHONE = /\b(?:iphone|ipod|windows phone|iemobile|blackberry|bb10|opera mini|mobile|phone)\b/i
const DESKTOP = /\b(?:windows nt|macintosh|cros|x11|linux)\b/i

/**
 * The class of a device. A browser that says so itself (`Sec-CH-UA-Mobile: ?1`) is a phone, unless its agent says tablet.
 * @param userAgent as it came
 * @param mobileHint Sec-CH-UA-Mobile as it came
 * @see User-Agent Client Hints §3.4
 */
export function deviceClass(userAgent: string | undefined, mobileHint: string | undefined): DeviceClass {
  const agent = (userAgent ?? '').slice(0, MAX_AGENT)
  if (OTHER.test(agent)) return 'other'
  if (TABLET.test(agent) && !(/\bsilk\b/i.test(agent) && PHONE.test(agent))) return 'tablet'
  if (mobileHint === '?1' || PHONE.test(agent)) return 'phone'
  return DESKTOP.test(agent) ? 'desktop' : 'other'
}

/** An agent that stands for all of a class: what an origin that reads agents itself is sent. */
export const AGENT_OF: Readonly<Record<DeviceClass, string>> = {
  phone: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  tablet: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  desktop: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  other: 'Weir',
}
