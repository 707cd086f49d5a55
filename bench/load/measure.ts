import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CASES } from './cases.ts'
import type { Contender, Timing } from './contender.ts'
import { figuresOfIdle } from './idle.ts'
import { pagesOf, pagesText } from './pages.ts'
import { freePort } from './request.ts'
import type { Sample } from './sample.ts'
import { figuresUnderLoad } from './under-load.ts'

/** Starts a contender, takes the figures of the case, ends it. @throws Error when a proof of the case fails */
export async function measure(contender: Contender, timing: Timing): Promise<Sample> {
  const { benchCase, round, rig, folder } = timing
  mkdirSync(folder, { recursive: true })
  const pages = contender.pages ?? pagesOf(CASES[benchCase].job)
  const pagesFile = join(folder, 'pages.txt')
  writeFileSync(pagesFile, pagesText(pages))
  await rig.clear()
  const port = await freePort()
  const running = await contender.start({ ...timing, port })
  try {
    const take = benchCase === 'idle' ? figuresOfIdle : figuresUnderLoad
    const figures = await take({ ...timing, contender, running, port, pages, pagesFile })
    return { contender: contender.name, benchCase, round, figures }
  } finally {
    await running.process.stop()
  }
}
