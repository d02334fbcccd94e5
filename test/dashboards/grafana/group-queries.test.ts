import { it } from 'vitest'
import { timeInState } from '../../../grafana/queries/agents.ts'
import { ofEachGroup } from '../../../grafana/queries/groups.ts'
import { inTables } from '../../../grafana/queries/selection.ts'
import { check, of, type Series, withPromtool } from './promtool-query.ts'

/** An agent in a state, in a group of the groups file; `undefined` without a file, and empty without a row in it. */
function agent(operation: string, id: string, category: string, group: string | undefined): Series {
  const labels = of('e', operation, `agent_id="${id}", agent_name="Agent ${id}"`)
  return {
    [`wolkvox_agent_state{${labels}, state="S", category="${category}"}`]: '1x60',
    [`wolkvox_agent_state_start_timestamp_seconds{${labels}}`]: '0x60',
    ...(group !== undefined && {
      [`wolkvox_agent_info{${labels}${group && `, group="${group}"`}}`]: '1x60',
    }),
  }
}

const mixed = {
  ...agent('ventas', '1', 'talk', 'Norte'),
  ...agent('ventas', '2', 'aux', 'Norte'),
  ...agent('ventas', '3', 'ready', 'Sur (2)'),
  ...agent('ventas', '4', 'ready', ''),
  ...agent('soporte', '1', 'ready', undefined),
}

const rows = `count by (operation, agent_id) (${timeInState(inTables)})`

withPromtool('the choice of a group', () => {
  it('shows every agent if all are chosen, also without a row and without a groups file', () => {
    check(mixed, rows, {
      '{operation="ventas", agent_id="1"}': 1,
      '{operation="ventas", agent_id="2"}': 1,
      '{operation="ventas", agent_id="3"}': 1,
      '{operation="ventas", agent_id="4"}': 1,
      '{operation="soporte", agent_id="1"}': 1,
    })
  })

  it('shows only agents of the chosen groups', () => {
    check(
      mixed,
      rows,
      { '{operation="ventas", agent_id="1"}': 1, '{operation="ventas", agent_id="2"}': 1 },
      { group: ['Norte'] },
    )
    check(mixed, rows, { '{operation="ventas", agent_id="3"}': 1 }, { group: ['Sur (2)'] })
  })

  it('combines with the choice of a category', () => {
    const values = { group: ['Norte', 'Sur (2)'], category: ['ready', 'aux'] }
    check(
      mixed,
      rows,
      { '{operation="ventas", agent_id="2"}': 1, '{operation="ventas", agent_id="3"}': 1 },
      values,
    )
  })
})

withPromtool('the table of groups', () => {
  it('has a row for each group with zeros, and a dash for agents without one', () => {
    check(mixed, ofEachGroup.ready, {
      '{operation="ventas", group="Norte"}': 0,
      '{operation="ventas", group="Sur (2)"}': 1,
      '{operation="ventas", group="–"}': 1,
    })
    check(mixed, ofEachGroup.auxShare, {
      '{operation="ventas", group="Norte"}': 0.5,
      '{operation="ventas", group="Sur (2)"}': 0,
      '{operation="ventas", group="–"}': 0,
    })
    check(mixed, ofEachGroup.occupancy, {
      '{operation="ventas", group="Norte"}': 1,
      '{operation="ventas", group="Sur (2)"}': 0,
      '{operation="ventas", group="–"}': 0,
    })
  })

  it('is empty without a groups file', () => {
    check(agent('soporte', '1', 'ready', undefined), ofEachGroup.loggedIn, {})
  })

  it('counts an agent once whom two exporters show', () => {
    const twice = {
      ...mixed,
      ...Object.fromEntries(
        Object.entries(mixed).map(([name, values]) => [name.replace('"e"', '"f"'), values]),
      ),
    }
    check(twice, ofEachGroup.loggedIn, {
      '{operation="ventas", group="Norte"}': 2,
      '{operation="ventas", group="Sur (2)"}': 1,
      '{operation="ventas", group="–"}': 1,
    })
  })
})
