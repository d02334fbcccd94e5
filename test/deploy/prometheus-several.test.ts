import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readText } from '../../tools/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { targetLabels } from './target-labels.ts'

interface Job {
  readonly job_name: string
  readonly static_configs?: readonly { readonly targets: readonly string[] }[]
  readonly http_sd_configs?: readonly { readonly url: string }[]
  readonly relabel_configs?: readonly object[]
  readonly metric_relabel_configs?: readonly { readonly regex: string; readonly action: string }[]
}

const text = readText('prometheus.several.yml')
const { scrape_configs: jobs, ...rest } = parse(text) as { scrape_configs: readonly Job[] }
const one = parse(readText('prometheus.yml')) as { scrape_configs: readonly Job[] }

const [ofOperations, ofProcess] = jobs as readonly [Job, Job]

describe('prometheus.several.yml', () => {
  it('differs from prometheus.yml only in the jobs of the exporter', () => {
    const { scrape_configs: jobsOfOne, ...restOfOne } = one
    expect(rest).toEqual(restOfOne)
    expect(jobs.slice(2)).toEqual(jobsOfOne.slice(1))
    expect(jobsOfOne[0]?.job_name).toBe('wolkvox')
  })

  it('has the jobs of docs/scaling.md', () => {
    const blocks = [...readText('docs/scaling.md').matchAll(/^```yaml\n(.*?)^```$/gms)].map(
      ([, block]) => block,
    )
    expect(blocks.map((block) => parse(block ?? '').scrape_configs)).toContainEqual([ofOperations, ofProcess])
  })

  it.skipIf(!haveTools('promtool'))('passes promtool', async () => {
    expect(await runProgram('promtool', ['check', 'config', 'prometheus.several.yml'])).toEqual({
      code: 0,
      output: expect.stringContaining('prometheus.several.yml is valid prometheus config file syntax'),
    })
  })
})

describe.skipIf(!haveTools('promtool'))('the targets', () => {
  const [address = ''] = ofProcess.static_configs?.[0]?.targets ?? []

  it('of an exporter have the same job and instance, and differ by the operation', () => {
    // As GET /sd answers.
    const found = ['ventas', 'soporte'].map((operation) => ({
      targets: [address],
      labels: {
        __param_operation: operation,
        __meta_wolkvox_operation: operation,
        __meta_wolkvox_server: '0042',
      },
    }))
    const ofExporter = { job: 'wolkvox', instance: 'exporter:9989' }
    expect(ofOperations.job_name).toBe('wolkvox')
    expect(targetLabels(found, ofOperations.relabel_configs, 'wolkvox')).toEqual([
      { ...ofExporter, operation: 'ventas' },
      { ...ofExporter, operation: 'soporte' },
    ])
    expect(
      targetLabels([{ targets: [address], labels: {} }], ofProcess.relabel_configs, ofProcess.job_name),
    ).toEqual([ofExporter])
  })

  it('come from the exporter of docker-compose.yml', () => {
    expect(ofOperations.http_sd_configs).toEqual([{ url: `http://${address}/sd` }])
  })
})
