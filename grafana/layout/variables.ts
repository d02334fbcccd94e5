import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableOption,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import { datasource } from '../panels/parts.ts'
import { WHO, withNameAndId } from '../queries/agent-labels.ts'
import { ofOperation, ofTarget, once } from '../queries/selection.ts'
import { WHICH, withSkillAndId } from '../queries/skill-labels.ts'
import { categories } from '../theme/colors.ts'

// Grafana's value for All; Grafana translates the text.
const ALL: VariableOption = { selected: true, text: ['All'], value: ['$__all'] }

// Not `.*`, which would also match series without the label.
const ANYTHING = '.+'

/** All groups, and agents without a group: those of an operation without a groups file, and those without a row in it. */
export const ANY_GROUP = '.*'

export const datasourceVariable = ({ variables }: Texts) =>
  new DatasourceVariableBuilder('datasource')
    .label(variables.datasource)
    .type('prometheus')
    // Otherwise Grafana chooses the first by name.
    .current({ text: 'default', value: 'default' })

const query = (name: string, label: string, query: string) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue(ANYTHING)
    .current(ALL)

// Exists from the start, before any refresh.
const OPERATIONS = 'wolkvox_refresh_interval_seconds'

/** The operations with a report, by default that of agents. */
export const operationVariable = ({ variables }: Texts, report = 'agents') =>
  query('operation', variables.operation, `label_values(${OPERATIONS}{report="${report}"}, operation)`)

/** The operations of the chosen exporters. */
export const operationOfTargetVariable = ({ variables }: Texts) =>
  query('operation', variables.operation, `label_values(${OPERATIONS}{${ofTarget}}, operation)`)

export const categoryVariable = (texts: Texts) =>
  new CustomVariableBuilder('category')
    .label(texts.variables.category)
    .values(categories.map((category) => `${texts.categories[category]} : ${category}`).join(', '))
    .multi(true)
    .includeAll(true)
    .allValue(ANYTHING)
    .current(ALL)

export const groupVariable = ({ variables }: Texts) =>
  query('group', variables.group, `label_values(wolkvox_agent_info{${ofOperation}}, group)`).allValue(
    ANY_GROUP,
  )

// The last hour, so that the chosen agent stays in the list while the exporter restarts. The regular expression matches a series as
// Grafana writes it, with its labels in alphabetical order.
const AGENTS = withNameAndId(
  once(`last_over_time(wolkvox_agent_state{${ofOperation}}[1h])`, 'agent_id, agent_name'),
)
export const NAME_AND_ID = `/${WHO}="(?<text>.*?)",agent_id="(?<value>.*?)"[,}]/`

export const agentVariable = ({ variables }: Texts) =>
  query('agent', variables.agent, `query_result(${AGENTS})`).regex(NAME_AND_ID)

const SKILLS = withSkillAndId(
  once(`last_over_time(wolkvox_skill_inbound_calls{${ofOperation}}[1h])`, 'skill_id, skill_name'),
)
export const SKILL_AND_ID = `/${WHICH}="(?<text>.*?)",skill_id="(?<value>.*?)"[,}]/`

export const skillVariable = ({ variables }: Texts) =>
  query('skill', variables.skill, `query_result(${SKILLS})`).regex(SKILL_AND_ID)

export const jobVariable = ({ variables }: Texts) =>
  query('job', variables.job, 'label_values(wolkvox_exporter_build_info, job)')

export const instanceVariable = ({ variables }: Texts) =>
  query('instance', variables.instance, 'label_values(wolkvox_exporter_build_info{job=~"$job"}, instance)')
