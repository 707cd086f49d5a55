import { chromium, type Page } from 'playwright-core'
import { findBinary } from './find-binary.ts'
import type { Scope } from './scope.ts'

/** A page, and what went wrong in it. */
export interface TestPage {
  readonly page: Page
  /** What the page threw, or its console called an error. */
  readonly faults: readonly string[]
}

/** Whether there is a browser here: `setup.sh` installs one where it can, and a machine without one has the other tests. */
export function hasBrowser(): boolean {
  try {
    findBinary('chromium')
    return true
  } catch {
    return false
  }
}

/** Opens a page in a browser of its own; closed when the test ends. */
export async function openPage(t: Scope, url: string): Promise<TestPage> {
  // Its sandbox needs rights that root in a container does not have; the page is our own.
  const browser = await chromium.launch({ executablePath: findBinary('chromium'), args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  t.teardown(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const faults: string[] = []
  page.on('pageerror', (fault) => faults.push(String(fault)))
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  await page.goto(url)
  return { page, faults }
}
