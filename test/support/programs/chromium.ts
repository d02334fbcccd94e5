import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { programPath } from '../../../tools/program-path.ts'

/** Debian's Chromium without a window, for all tests of a file. @returns the running browser, once the tests run */
export function useChromium(): () => Browser {
  let browser: Browser | undefined
  beforeAll(async () => {
    const path = programPath('chromium')
    browser = await chromium.launch({
      executablePath: path.includes('/') ? path : `/usr/bin/${path}`,
      // Chromium's sandbox does not work for root, as in containers and CI. Only pages of the tests are opened.
      args: ['--no-sandbox', '--disable-gpu'],
    })
  })
  afterAll(() => browser?.close())
  return () => {
    if (browser === undefined) throw new Error('Chromium has not started')
    return browser
  }
}
