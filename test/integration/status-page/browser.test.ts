import axe from 'axe-core'
import { pino } from 'pino'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { ExporterState } from '../../../src/scheduling/state.ts'
import { createApp } from '../../../src/server/app.ts'
import { renderStatusPage } from '../../../src/status-page/page.ts'
import { describeStatus } from '../../../src/status-page/status.ts'
import { momentAt } from '../../../tools/fixtures.ts'
import { aBody } from '../../support/exposition-texts.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { useChromium } from '../../support/programs/chromium.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { aGoodState, aLargeState, aMixedState, NOW } from '../../support/status.ts'

const states: Record<string, ExporterState> = {
  'with every condition': aMixedState(),
  'where everything is well': aGoodState(),
  'of 50 operations': aLargeState(),
}

const widths = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } }
const languages = { en: 'en-US', es: 'es-CO' }

const cases = Object.keys(states).flatMap((name) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['phone', 'desktop'] as const).flatMap((device) =>
      (['en', 'es'] as const).map((language) => ({ name, colorScheme, device, language })),
    ),
  ),
)

/** Serves the page of a state. */
async function serve(state: ExporterState): Promise<string> {
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async () => aBody('wolkvox_up 1\n'),
    isReady: () => true,
    operations: () => [],
    statusPage: async (language, operation) => {
      const status = describeStatus('1.2.3', state, momentAt(NOW), operation)
      return status && renderStatusPage(status, '/metrics', language)
    },
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

describe.skipIf(!haveTools('chromium'))('the status page in Chromium', () => {
  const browser = useChromium()

  /** Opens a page. Lists what the browser requests, and what it complains about. */
  async function open(url: string, options: BrowserContextOptions = {}) {
    const context = await browser().newContext(options)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(url)
    return { page, requests, complaints }
  }

  /** What axe-core finds on the page, with all parts open. */
  async function findings(page: Page): Promise<string[]> {
    for (const summary of await page.locator('summary').all()) await summary.click()
    // Evaluated by the test through the debugger, so that the policy of the page need not allow it.
    await page.evaluate(axe.source)
    const results = (await page.evaluate('axe.run()')) as axe.AxeResults
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
  }

  it.each(cases)(
    '$name is accessible, requests nothing else and fits: $colorScheme, $device, $language',
    async ({ name, colorScheme, device, language }) => {
      const url = await serve(states[name] ?? aGoodState())
      const { page, requests, complaints } = await open(url, {
        colorScheme,
        viewport: widths[device],
        locale: languages[language],
      })
      expect(await page.getAttribute('html', 'lang')).toBe(language)
      expect(await findings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(widths[device].width)
      expect(requests).toEqual([`${url}/`])
      expect(complaints).toEqual([])
    },
  )

  it('shows the same without JavaScript, except for the choice to reload', async () => {
    const url = await serve(aMixedState())
    const textOf = async (javaScriptEnabled: boolean) => {
      const { page, complaints } = await open(url, { javaScriptEnabled })
      await page.locator('summary').first().click()
      expect(await page.locator('table').first().isVisible()).toBe(true)
      expect(complaints).toEqual([])
      return page.locator('body').innerText()
    }
    const withScript = await textOf(true)
    expect(withScript).toContain('Reload every minute')
    expect(await textOf(false)).toBe(withScript.replace(/\s*Reload every minute/, ''))
  })

  it('reloads after a minute and keeps what is open, unless the reader has chosen otherwise', async () => {
    const url = await serve(aMixedState())
    const context = await browser().newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.clock.install()
    let loads = 0
    page.on('load', () => {
      loads += 1
    })
    await page.goto(url)
    const history = page.locator('details').nth(1)
    await history.locator('summary').click()
    await page.clock.runFor(59_000)
    expect(loads).toBe(1)
    const reloaded = page.waitForEvent('load')
    await page.clock.runFor(2000)
    await reloaded
    expect(
      await page.locator('details').evaluateAll((all) => all.map((each) => each.hasAttribute('open'))),
    ).toEqual([false, true, false, false])
    await page.getByLabel('Reload every minute').uncheck()
    await page.clock.runFor(180_000)
    expect(loads).toBe(2)
    await page.reload()
    expect(await page.getByLabel('Reload every minute').isChecked()).toBe(false)
  })

  it('leads from many operations to the refreshes of one, and back', async () => {
    const { page, complaints } = await open(await serve(aLargeState()))
    await page.getByRole('link', { name: 'operacion-7', exact: true }).click()
    await page.getByText('The last 20 refreshes').first().click()
    expect(await page.locator('h1, h2').allInnerTexts()).toContain('operacion-7')
    expect(await page.locator('table').first().locator('tbody tr').count()).toBe(20)
    await page.getByRole('link', { name: 'All operations' }).click()
    expect(await page.locator('section.summary').innerText()).toContain('350 reports of 50 operations')
    expect(complaints).toEqual([])
  })
})
