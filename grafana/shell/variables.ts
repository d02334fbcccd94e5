import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableOption,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { categories } from '../look/categories.ts'
import { datasource } from '../panels/target.ts'
import { WHO, withNameAndId } from '../queries/agent-labels.ts'
import { once } from '../queries/once.ts'
import { ofOperation, ofTarget } from '../queries/selection.ts'
import type { Texts } from '../texts/texts.ts'

// Grafana's value for All; Grafana translates the word itself.
const ALL: VariableOption = { selected: true, text: ['All'], value: ['$__all'] }

// Only what has the label at all: an empty value would match whatever lacks it.
const ANYTHING = '.+'

export const datasourceVariable = ({ variables }: Texts) =>
  new DatasourceVariableBuilder('datasource')
    .label(variables.datasource)
    .type('prometheus')
    // Grafana's default, and not the first by name.
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

// The one metric that an operation has from the first moment on.
const OPERATIONS = 'wolkvox_refresh_interval_seconds'

export const operationVariable = ({ variables }: Texts) =>
  query('operation', variables.operation, `label_values(${OPERATIONS}, operation)`)

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

// Of the last hour, so that whoever is looked at stays chosen while the exporter restarts. What is matched is a series as Grafana
// writes it, its labels in the order of their names.
const AGENTS = withNameAndId(
  once(`last_over_time(wolkvox_agent_state{${ofOperation}}[1h])`, 'agent_id, agent_name'),
)
export const NAME_AND_ID = `/${WHO}="(?<text>.*?)",agent_id="(?<value>.*?)"[,}]/`

export const agentVariable = ({ variables }: Texts) =>
  query('agent', variables.agent, `query_result(${AGENTS})`).regex(NAME_AND_ID)

export const jobVariable = ({ variables }: Texts) =>
  query('job', variables.job, 'label_values(wolkvox_exporter_build_info, job)')

export const instanceVariable = ({ variables }: Texts) =>
  query('instance', variables.instance, 'label_values(wolkvox_exporter_build_info{job=~"$job"}, instance)')
