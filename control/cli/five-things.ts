// What `weir up` prints once all is running: five things to try, each a line to type and what to look for.

/** A line to type, and what it shows. */
interface Try {
  readonly what: string
  readonly line: string
  readonly look: string
}

/** Five things to try with the demo shop. @param url where the edge listens */
export function demoTries(url: string): string[] {
  return numbered([
    {
      what: 'A page from memory',
      line: `curl -si ${url}/product/1 | grep -i cache-status`,
      look: 'Type it twice: the second answer is a hit, and no origin was asked.',
    },
    {
      what: 'One origin per page',
      line: `for i in 1 2 3 4 5 6; do curl -si ${url}/product/$i | grep -i x-origin; done`,
      look: 'A product always comes from the same origin, and all three have some.',
    },
    {
      what: 'A limit',
      line: `for i in $(seq 30); do curl -si ${url}/price/$i | grep -iE '^(HTTP|ratelimit:)'; done`,
      look: 'r= in RateLimit counts down; after some 20 prices at once the answer is 429.',
    },
    {
      what: 'Crawlers kept apart',
      line: `curl -si -A Googlebot ${url}/product/77 | grep -iE '^HTTP|x-origin'; curl -si -A Googlebot ${url}/price/77 | head -1`,
      look: 'Their pages come from origin-3 alone; a price nobody asked for yet is a 503.',
    },
    {
      what: 'A switch, there and back',
      line: `npx weir degrade comments fallback --for 5m --reason demo; curl -s ${url}/comments/1; npx weir degrade off comments; curl -s ${url}/comments/1`,
      look: 'The comments rest, and are back; without `off` they would be in 5 minutes.',
    },
  ])
}

/** Five things to try with a site of one's own. @param url where the edge listens @param file the site file */
export function siteTries(url: string, file: string): string[] {
  return numbered([
    { what: 'A request', line: `curl -i ${url}/`, look: 'Cache-Status says whether it came from the cache, and why not.' },
    { what: 'Why', line: `npx weir explain ${url}/`, look: 'Says which route takes it, and what happens to it.' },
    {
      what: 'A change',
      line: `npx weir diff ${file}; npx weir publish ${file}`,
      look: 'Edit the file first; the edge serves it within a second.',
    },
    {
      what: 'A switch',
      line: 'npx weir degrade all cache-only --for 1m --reason trying',
      look: 'Only what is cached is served, for a minute.',
    },
    { what: 'The edges', line: 'npx weir edges', look: 'Shows which edge runs which revision.' },
  ])
}

function numbered(tries: readonly Try[]): string[] {
  return tries.flatMap(({ what, line, look }, index) => [`  ${index + 1}. ${what}. ${look}`, `       ${line}`])
}
