import { it } from 'vitest'
import * as skills from '../../../grafana/queries/skills.ts'
import { check, of, type Series, withPromtool } from './promtool-query.ts'

interface Values {
  readonly name?: string
  readonly waiting?: string
  readonly inbound?: string
  readonly abandoned?: string
  /** Service levels by threshold in seconds. */
  readonly levels?: Readonly<Record<string, string>>
}

/** The series of a skill, each with the same value for an hour if it is a number. */
function skill(
  id: string,
  { name = `Skill ${id}`, waiting, inbound, abandoned, levels = {} }: Values,
  operation = 'ventas',
  instance = 'e',
): Series {
  const labels = of(instance, operation, `skill_id="${id}"${name && `, skill_name="${name}"`}`)
  const series = (metric: string, values: string | undefined, more = ''): Series =>
    values === undefined
      ? {}
      : { [`${metric}{${labels}${more}}`]: /^[\d.]+$/.test(values) ? `${values}x60` : values }
  return {
    ...series('wolkvox_skill_queued_calls', waiting),
    ...series('wolkvox_skill_inbound_calls', inbound),
    ...series('wolkvox_skill_abandoned_calls', abandoned),
    ...Object.assign(
      {},
      ...Object.entries(levels).map(([seconds, values]) =>
        series('wolkvox_skill_service_level_ratio', values, `, threshold_seconds="${seconds}"`),
      ),
    ),
    [`wolkvox_refresh_interval_seconds{${of(instance, operation, 'report="skills"')}}`]: '300x60',
  }
}

/** Entries of `rules/limits.yml`. */
const limits: Series = {
  'wolkvox:limit{limit="service_level_ratio"}': '0.75x60',
  'wolkvox:limit{limit="service_level_seconds"}': '20x60',
  'wolkvox:limit{limit="skill_calls"}': '20x60',
  'wolkvox:limit{limit="abandoned_ratio"}': '0.1x60',
}

const names = (expr: string) => `count by (skill) (${expr})`

withPromtool('calls that wait', () => {
  const two = { ...skill('1', { waiting: '3' }), ...skill('2', { waiting: '4' }) }

  it('are summed over the chosen skills', () => {
    check(two, skills.waitingNow, { '{}': 7 })
    check(two, skills.waitingNow, { '{}': 4 }, { skill: ['2'] })
  })

  it('are counted once for two exporters, and apart for two operations with the same ids', () => {
    const more = {
      ...skill('1', { waiting: '3' }, 'ventas', 'f'),
      ...skill('1', { waiting: '9' }, 'soporte'),
    }
    check({ ...two, ...more }, skills.waitingNow, { '{}': 16 })
    check({ ...two, ...more }, skills.waitingNow, { '{}': 9 }, { operation: ['soporte'] })
  })

  it('are unknown once the data is removed', () => {
    check(skill('1', { waiting: '3x20 stale' }), skills.waitingNow, {})
  })

  it('name the skill with the longest queue', () => {
    check(two, `sum by (skill) (${skills.longestQueue})`, { '{skill="Skill 2 · ventas"}': 4 })
    check(skill('7', { name: '', waiting: '2' }), `sum by (skill) (${skills.longestQueue})`, {
      '{skill="7 · ventas"}': 2,
    })
  })

  it('name no skill if none waits, and show nothing without data', () => {
    check(skill('1', { waiting: '0' }), skills.longestQueue, { '{skill="–"}': 0 })
    check({}, skills.longestQueue, {})
  })

  it('carry the name of the operation only if there is no other', () => {
    const expr = skills.withOnlyOperationOfSkills(skills.waitingNow)
    const ventas = skill('1', { waiting: '3', inbound: '50' })
    check(ventas, expr, { '{operation="ventas"}': 3 })
    check({ ...ventas, ...skill('1', { waiting: '4', inbound: '50' }, 'soporte') }, expr, { '{}': 7 })
  })
})

withPromtool('the service level', () => {
  const at20 = (level: string) => ({ levels: { '10': '0.125', '20': level, '30': '0.9375' } })
  const uneven = {
    ...skill('1', { inbound: '30', ...at20('1') }),
    ...skill('2', { inbound: '90', ...at20('0.5') }),
    ...limits,
  }

  it('of several skills is weighted by their calls', () => {
    check(uneven, skills.serviceLevelToday, { '{}': 0.625 })
  })

  it('has the threshold of the limit, also of an operation', () => {
    const own = { 'wolkvox:limit{limit="service_level_seconds", operation="ventas"}': '10x60' }
    check({ ...uneven, ...own }, skills.serviceLevelToday, { '{}': 0.125 })
  })

  it('does not exist before the first call, nor once the data is removed', () => {
    check({ ...skill('1', { inbound: '0', ...at20('0') }), ...limits }, skills.ofEachSkill.serviceLevel, {})
    check({ ...skill('1', { inbound: '0', ...at20('0') }), ...limits }, skills.serviceLevelToday, {})
    const gone = skill('1', { inbound: '30x20 stale', levels: { '20': '0.5x20 stale' } })
    check({ ...gone, ...limits }, skills.serviceLevelToday, {})
  })

  it('is shown for the skill furthest below its own target', () => {
    const own = { 'wolkvox:limit{limit="service_level_ratio", skill_id="1"}': '0.9375x60' }
    const both = {
      ...skill('1', { inbound: '30', ...at20('0.75') }),
      ...skill('2', { inbound: '30', ...at20('0.625') }),
      ...limits,
    }
    check(both, `sum by (skill) (${skills.worstSkill})`, { '{skill="Skill 2 · ventas"}': 0.625 })
    check({ ...both, ...own }, `sum by (skill) (${skills.worstSkill})`, {
      '{skill="Skill 1 · ventas"}': 0.75,
    })
  })

  it('of a skill with few calls is neither the worst nor below the target', () => {
    const few = {
      ...skill('1', { inbound: '19', ...at20('0') }),
      ...skill('2', { inbound: '20', ...at20('0.75') }),
      ...limits,
    }
    check(few, names(skills.worstSkill), { '{skill="Skill 2 · ventas"}': 1 })
    check(few, skills.belowTarget, { '{}': 0 })
  })

  it('counts the skills below their target, and zero only if targets are known', () => {
    check(uneven, skills.belowTarget, { '{}': 1 })
    check(skill('1', { inbound: '30', ...at20('0.5') }), skills.belowTarget, {})
  })
})

withPromtool('the worst skills', () => {
  it('are those with the most calls waiting, then those furthest below their target', () => {
    const level = (value: string) => ({ inbound: '50', levels: { '20': value } })
    const all = {
      ...skill('1', { waiting: '1', ...level('0.875') }),
      ...skill('2', { waiting: '1', ...level('0.25') }),
      ...skill('3', { waiting: '2', ...level('1') }),
      ...skill('4', { waiting: '0', ...level('0') }),
      // Without a service level, but with calls waiting.
      ...skill('5', { waiting: '4' }),
      ...limits,
    }
    check(all, `sum by (skill) (${skills.worstFirst})`, {
      '{skill="Skill 5"}': 4,
      '{skill="Skill 3"}': 2.375,
      '{skill="Skill 2"}': 1.75,
      '{skill="Skill 1"}': 1.4375,
      '{skill="Skill 4"}': 0.875,
    })
  })
})

withPromtool('abandonment', () => {
  it('is that of the last hour, over all skills', () => {
    const both = {
      ...skill('1', { inbound: '100+2x60', abandoned: '50+1x60' }),
      ...skill('2', { inbound: '500+6x60', abandoned: '90' }),
    }
    check(both, skills.abandonment, { '{}': 0.125 })
  })

  it('does not exist without calls, nor once the data is removed', () => {
    check(skill('1', { inbound: '100', abandoned: '50' }), skills.abandonment, {})
    check(skill('1', { inbound: '100+2x20 stale', abandoned: '50+1x20 stale' }), skills.abandonment, {})
  })
})

withPromtool('the calls of a quarter of an hour', () => {
  const quarter = skills.callsPerPoint('inbound').replaceAll('$__interval', '15m')

  it('are the growth of the totals of the day', () => {
    check({ ...skill('1', { inbound: '100+2x60' }), ...skill('2', { inbound: '7' }) }, quarter, { '{}': 30 })
  })

  it('are those since midnight if the day has turned', () => {
    // Zero from minute 20 on, then four calls in each of the last ten minutes.
    check(skill('1', { inbound: '500+1x19 0+4x40' }), quarter, { '{}': 40 })
  })

  it('are none if the total of the day is corrected downwards', () => {
    check(skill('1', { inbound: '500x19 498x40' }), quarter, { '{}': 0 })
  })

  it('include those of a gap before', () => {
    // 114 at minute 7, then nothing until 140 at minute 20.
    check(skill('1', { inbound: '100+2x7 _x12 140+2x40' }), quarter, { '{}': 46 })
  })

  it('of a new skill begin with its first total', () => {
    check(skill('1', { inbound: '_x20 50+2x40' }), quarter, { '{}': 20 })
  })

  it('are counted once for two exporters', () => {
    const twice = {
      ...skill('1', { inbound: '100+2x60' }),
      ...skill('1', { inbound: '100+2x60' }, 'ventas', 'f'),
    }
    check(twice, quarter, { '{}': 30 })
  })
})
