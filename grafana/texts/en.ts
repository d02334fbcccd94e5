import type { Texts } from './texts.ts'

const percent = (ratio: number) => `${Math.round(ratio * 100)}%`

export const en: Texts = {
  language: 'en',
  operation: {
    title: 'wolkvox · Operation',
    about:
      'The operation at a glance: whether the data is fresh, what the floor is doing, who needs attention.',
  },
  agent: {
    title: 'wolkvox · Agent',
    about: 'The day of one agent or several, compared with the median of their operation.',
  },
  exporter: {
    title: 'wolkvox · Exporter',
    about: "The exporter's health: refreshes, failures, quota and resources.",
  },
  links: {
    operation: { title: 'Operation', tooltip: 'The whole operation at a glance' },
    agent: { title: 'Agent', tooltip: "One agent's day" },
    exporter: { title: 'Exporter', tooltip: "The exporter's health" },
    row: "See this agent's day",
  },
  variables: {
    datasource: 'Data source',
    operation: 'Operation',
    category: 'Category (tables)',
    agent: 'Agent',
    job: 'Job',
    instance: 'Instance',
  },
  annotations: {
    alerts: 'Alerts',
    restarts: 'Exporter restarts',
    restarted: 'The exporter was restarted',
  },
  categories: {
    talk: 'On call',
    ring: 'Ringing',
    acw: 'After-call work',
    ready: 'Ready',
    aux: 'Aux',
    logout: 'Logged out',
    unknown: 'No state',
  },
  dataStates: { fresh: '✓ Fresh', failing: '! Failing', stale: '✕ Stale' },
  reach: { up: '✓ Reachable', down: '✕ Unreachable' },
  noData: 'No data',
  nobody: 'Nobody, or no data',
  columns: {
    agent: 'Agent',
    id: 'ID',
    status: 'State',
    timeInState: 'Time in state',
    limitShare: '% of limit',
    calls: 'Calls',
    inbound: 'Inbound',
    outbound: 'Outbound',
    internal: 'Internal',
    ready: 'Ready time',
    inboundTime: 'Inbound time',
    outboundTime: 'Outbound time',
    acw: 'ACW time',
    aux: 'Aux time',
    ring: 'Ring time',
    login: 'Login time',
    aht: 'AHT today',
    occupancy: 'Occ. today',
    operation: 'Operation',
  },
  versions: { instance: 'Instance', version: 'Version', revision: 'Revision', node: 'Node.js' },
  series: {
    today: 'Today',
    yesterday: 'Yesterday',
    lastWeek: 'A week ago',
    inbound: 'Inbound',
    outbound: 'Outbound',
    internal: 'Internal',
    median: 'Median · {{operation}}',
    ready: 'Ready',
    inboundTime: 'Inbound call',
    outboundTime: 'Outbound call',
    acw: 'After-call work',
    aux: 'Aux',
    ring: 'Ringing',
    succeeded: 'Succeeded',
    failed: 'Failed: {{reason}}',
    staleAfter: 'Stale · {{operation}}',
    limit: 'Limit · {{operation}}',
    field: 'Values of {{field}}',
    records: 'Records',
    answered: 'Records of {{operation}}',
    series: 'Series of {{instance}}',
    resident: 'Process · {{instance}}',
    heap: 'Node.js heap · {{instance}}',
  },
  panels: {
    dataState: {
      title: 'Data',
      description:
        'Can I trust this screen? "Failing": the last refresh failed, and the last good data is shown. "Stale": it is too old, or the exporter does not answer any more, and no agents are shown. The worst of the chosen operations counts.',
    },
    dataAge: {
      title: 'Age',
      description:
        'How old is what I see? Time since wolkvox was last read, of the operation that is furthest behind, with its name. Up to the refresh interval, usually five minutes, is normal.',
    },
    nextRefresh: {
      title: 'Next in',
      description:
        'When will there be new data? Time until wolkvox is next asked, of the operation that is furthest behind. At zero it is being asked.',
    },
    loggedIn: {
      title: 'Logged in',
      description: 'How many people do I have? Agents logged in now, in whatever state.',
    },
    ready: {
      title: 'Ready',
      description:
        'Can anyone take the next call? Agents who wait for a call, in the operation with the fewest, with its name. At zero, callers wait. Operations with a dialler, where no agent has to be ready, come last.',
    },
    occupancyNow: {
      title: 'Occupancy',
      description: ({ from, to }) =>
        `The last half hour: too many agents, or too few? Of those whom calls could reach, the share that was busy with one. The target is ${Math.round(from * 100)}–${percent(to)}.`,
    },
    auxShareNow: {
      title: 'Aux',
      description: (limit) =>
        `How many people are away from the calls? Share of those logged in who are in an auxiliary state. The limit of the alert is ${percent(limit)}, unless the operation has its own.`,
    },
    overLimit: {
      title: 'Over limit',
      description:
        'How many need attention now? Agents who at the last refresh had been in after-call work, on a call, ringing or in an auxiliary state for longer than the limit of the alert.',
    },
    byCategory: {
      title: 'Agents by state now',
      description: 'What is the floor doing at this moment? Agents by category of state.',
    },
    throughDay: {
      title: 'Agents by state through the day',
      description:
        'How has today gone, and where did people go? Agents who are logged in, by category of state.',
    },
    longest: {
      title: 'Who needs me first',
      description: (count) =>
        `Who needs me first? ${count} agents: those over their limit, then those longest in their state without being ready. "% of limit" compares the time at the last refresh with the limit of the alert: 100% is the limit.`,
    },
    occupancy: {
      title: ({ from, to }) => `Occupancy (target ${Math.round(from * 100)}–${percent(to)})`,
      description:
        'Are we within the band? Occupancy of the last half hour, by operation. Above the band people wear out; below it there are too many. The dashed red lines are the limits of the alert.',
    },
    aht: {
      title: 'AHT, last hour',
      description:
        'Do calls take longer than usual? Average handle time in the hour before each moment, compared with the same hour of yesterday and of a week ago.',
    },
    acw: {
      title: 'ACW per call, last hour',
      description:
        'Is after-call work growing? After-call work per call in the hour before each moment, compared with the same hour of yesterday and of a week ago.',
    },
    aux: {
      title: 'In aux',
      description:
        'Are more people away from the calls than usual? Share of those logged in who are in an auxiliary state, compared with the same hour of yesterday and of a week ago. The dashed red line is the limit of the alert, by operation.',
    },
    agents: {
      title: 'Agents',
      description:
        "What is each agent doing? The table of wolkvox Manager: sort by any column, filter with the funnel, open an agent's day by a click on the name. Time in state counts on between refreshes, the share of the limit is that of the last one; totals are of the day. The colours follow the limits of the alerts.",
    },
    calls: {
      title: 'Calls in the last half hour',
      description:
        'How much traffic is there, and which way? Calls handled in the half hour before each moment, by direction.',
    },
    auxStates: {
      title: 'Auxiliary states in use now',
      description:
        'Which auxiliary state are people in? Agents in each one, under the name that it has in wolkvox.',
    },
    agentNow: {
      title: 'Now, and the day so far',
      description:
        'What is this agent doing, and how is the day going? One row for each chosen agent; totals are of the day.',
    },
    timeline: {
      title: 'States through the day',
      description: (most) =>
        `What did the agent do, and when? Approximate: a state is seen only at each refresh. One band for each agent, ${most} at most: those logged in longest.`,
    },
    timeSpent: {
      title: 'Where the time went',
      description:
        'How much of the day was talking, writing up, waiting or aux? Totals of the day, summed where several agents are chosen. wolkvox may count ringing within the ready time.',
    },
    agentAht: {
      title: 'AHT and median',
      description:
        'Do their calls take longer than those of the others? AHT of the day, accumulated up to each moment; the dashed line is the median of the operation.',
    },
    agentAcw: {
      title: 'ACW per call and median',
      description:
        'Do they write up more slowly than the others? After-call work per call of the day, accumulated up to each moment; the dashed line is the median of the operation.',
    },
    agentOccupancy: {
      title: 'Occupancy and median',
      description:
        'Are they busier than the others, or less? Occupancy of the day, accumulated up to each moment, as wolkvox has it; the dashed line is the median of the operation.',
    },
    agentCalls: {
      title: 'Calls in the last half hour',
      description:
        'When did they take calls, and which way? Calls in the half hour before each moment, by direction, summed where several agents are chosen.',
    },
    agentAux: {
      title: 'Time in each auxiliary state',
      description:
        'Which auxiliary states were they in? Time in each one within the chosen range. Approximate: a state is seen only at each refresh, usually every five minutes; shorter ones may be missing, or count for more.',
    },
    reachable: {
      title: 'Exporter',
      description: 'Does Prometheus reach it? If one of the chosen exporters does not answer, it shows here.',
    },
    failures: {
      title: 'Failed refreshes',
      description: 'How many refreshes failed within the chosen range? Retries that end well do not count.',
    },
    quotaSpent: {
      title: 'Quota spent today',
      description:
        "How much of the day's API calls is spent? Share of the day's limit (licences × 1,000; needs WOLKVOX_LICENSES), of the operation that is nearest to the limit of its alert.",
    },
    quotaForecast: {
      title: 'Quota at end of day',
      description:
        'Will the quota last? What will have been spent when the day turns, at the rate of the last hour. Above 100% it will not. Needs WOLKVOX_LICENSES.',
    },
    refreshes: {
      title: 'Refreshes, and failures by reason',
      description:
        'What fails, and since when? Refreshes that ended, well or not; docs/failures.md explains the reasons.',
    },
    duration: {
      title: 'Duration of the refreshes',
      description: 'Is wolkvox slow? How long the last refresh took, retries included, by operation.',
    },
    age: {
      title: 'Age of the data',
      description:
        'When was new data missing? The oldest that the data was since the moment before, by operation; from the dashed line on it is stale.',
    },
    quota: {
      title: 'Quota spent through the day',
      description:
        'Who spends the quota, and how fast? Share of the daily limit that each operation has spent. The dashed red lines are the limits of the alert.',
    },
    rejected: {
      title: 'Values and records left out',
      description:
        'Has wolkvox changed a format? What could not be read and so is missing, by wolkvox field.',
    },
    size: {
      title: 'Records and series',
      description:
        "Does what Prometheus keeps grow? Records in each operation's last answer, and series that each exporter serves.",
    },
    memory: {
      title: 'Memory',
      description: 'Does memory grow without end? That of the process and, within it, the heap of Node.js.',
    },
    scrape: {
      title: 'Duration of the scrapes',
      description: 'Does the exporter answer fast? How long each scrape takes, as Prometheus sees it.',
    },
    build: {
      title: 'Versions',
      description: 'Which version runs, and where? One exporter a row.',
    },
  },
}
