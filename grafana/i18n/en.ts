import type { Texts } from './es.ts'

const percent = (ratio: number) => `${Math.round(ratio * 100)}%`

export const en: Texts = {
  language: 'en',
  operation: {
    title: 'wolkvox · Operation',
    about:
      'The operation at a glance: how fresh the data is, what the agents are doing and who needs attention.',
  },
  queues: {
    title: 'wolkvox · Queues',
    about: 'The queues by skill: calls waiting, service level and abandonment, now and through the day.',
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
    queues: { title: 'Queues', tooltip: 'The queues, worst first' },
    agent: { title: 'Agent', tooltip: "One agent's day" },
    exporter: { title: 'Exporter', tooltip: "The exporter's health" },
    row: "See this agent's day",
    skill: 'See only this skill',
  },
  variables: {
    datasource: 'Data source',
    operation: 'Operation',
    group: 'Group (tables)',
    category: 'Category (tables)',
    skill: 'Skill',
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
  noAgents: 'No agents, or no data',
  noSkills:
    'No skills. If "Data" shows "Stale", the dashboard Exporter has the cause. Otherwise add skills to WOLKVOX_REPORTS (reports in a file).',
  noGroups: 'No groups. A groups_file assigns each agent to a team, a site or a supervisor.',
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
  groupColumns: {
    group: 'Group',
    loggedIn: 'Logged in',
    ready: 'Ready',
    talk: 'Talking',
    acw: 'ACW',
    aux: 'Auxiliary',
    auxShare: '% auxiliary',
    occupancy: 'Occup. 30 min',
  },
  skillColumns: {
    skill: 'Skill',
    waiting: 'Waiting',
    serviceLevel: 'Serv. level',
    againstTarget: 'Vs. target',
    abandonment: 'Abandoned',
    answered: 'Answered',
    inbound: 'Inbound',
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
    failed: 'Failed {{report}}: {{reason}}',
    limit: 'Limit · {{operation}}',
    target: 'Target · {{operation}}',
    arrived: 'Came in',
    answeredCalls: 'Answered',
    abandonedCalls: 'Abandoned',
    waiting: 'Waiting',
    accountLimit: 'Limit · {{account}}',
    field: 'Values of {{report}} {{field}}',
    records: 'Records',
    answered: 'Records of {{operation}} {{report}}',
    series: 'Series of {{instance}}',
    resident: 'Process · {{instance}}',
    heap: 'Node.js heap · {{instance}}',
  },
  panels: {
    dataState: {
      title: 'Data',
      description:
        'Can I trust this screen? "Failing": the last refresh of the agents failed, and the last good data is shown. "Stale": the data is too old or the exporter does not answer, and no agents are shown. The panel shows the worst of the chosen operations.',
    },
    dataAge: {
      title: 'Age',
      description:
        'How old is what I see? Time since the last successful refresh of the agents, for the operation that is nearest to being stale, with its name. Up to the refresh interval, usually five minutes, is normal.',
    },
    nextRefresh: {
      title: 'Next in',
      description:
        'When does new data arrive? Time until the next refresh of the agents, for the same operation as in "Age". At zero, the refresh is in progress.',
    },
    loggedIn: {
      title: 'Logged in',
      description: 'How many people do I have? Agents logged in now, in any state.',
    },
    ready: {
      title: 'Ready',
      description:
        'Can anyone take the next call? Agents waiting for a call, in the operation with the fewest, with its name. At zero, callers wait. Operations with a dialler, where no agent has to be ready, come last.',
    },
    occupancyNow: {
      title: 'Occupancy',
      description: ({ from, to }) =>
        `Are there too many agents, or too few? Share of the available agents that was busy with a call in the last half hour. The target is ${Math.round(from * 100)}–${percent(to)}.`,
    },
    auxShareNow: {
      title: 'Aux',
      description: (limit) =>
        `How many people are away from calls? Share of the logged-in agents in an auxiliary state. The limit of the alert is ${percent(limit)}, unless the operation has its own.`,
    },
    overLimit: {
      title: 'Over limit',
      description:
        'How many agents need attention now? At the last refresh they had been in after-call work, on a call, ringing or in an auxiliary state for longer than the limit of the alert.',
    },
    byCategory: {
      title: 'Agents by state now',
      description: 'What are the agents doing now? Agents by category of state.',
    },
    throughDay: {
      title: 'Agents by state through the day',
      description: 'How has today gone, and where did people go? Logged-in agents by category of state.',
    },
    longest: {
      title: 'Who needs me first',
      description: (count) =>
        `Who needs me first? ${count} agents: first those over their limit, then those longest in a state other than ready. "% of limit" compares the time at the last refresh with the limit of the alert: 100% is the limit.`,
    },
    occupancy: {
      title: ({ from, to }) => `Occupancy (target ${Math.round(from * 100)}–${percent(to)})`,
      description:
        'Is occupancy within the target? Occupancy of the last half hour, by operation. Above the target, people wear out; below it, there are too many agents. The dashed red lines are the limits of the alert.',
    },
    aht: {
      title: 'AHT, last hour',
      description:
        'Do calls take longer than usual? Average handle time in the hour before each point, compared with the same time yesterday and a week ago.',
    },
    acw: {
      title: 'ACW per call, last hour',
      description:
        'Is after-call work growing? After-call work per call in the hour before each point, compared with the same time yesterday and a week ago.',
    },
    aux: {
      title: 'In aux',
      description:
        'Are more people away from calls than usual? Share of the logged-in agents in an auxiliary state, compared with the same time yesterday and a week ago. The dashed red lines are the limits of the alert, by operation.',
    },
    agents: {
      title: 'Agents',
      description:
        'What is each agent doing? The table of wolkvox Manager: sort by any column, filter with the funnel, click a name to open the agent\'s day. Time in state keeps counting between refreshes; "% of limit" is from the last refresh; totals are of the day. The colours follow the limits of the alerts.',
    },
    groups: {
      title: 'Groups',
      description:
        'Which team needs help? The agents of each group, from the groups file: its column group or, without one, the first. The dash is for agents who are not in the file. The occupancy is that of the last half hour. Colours follow the limits of the alerts.',
    },
    calls: {
      title: 'Calls in the last half hour',
      description:
        'How much traffic is there, and in which direction? Calls handled in the half hour before each point, by direction.',
    },
    auxStates: {
      title: 'Auxiliary states in use now',
      description: 'Which auxiliary states are in use? Agents in each one, under its name in wolkvox.',
    },
    agentNow: {
      title: 'Now, and the day so far',
      description:
        'What is this agent doing now, and how is the day going? One row per chosen agent; totals are of the day.',
    },
    timeline: {
      title: 'States through the day',
      description: (most) =>
        `What did the agent do, and when? Approximate: a state is only seen at each refresh. One band per agent, at most ${most}: those logged in longest.`,
    },
    timeSpent: {
      title: 'Where the time went',
      description:
        'How much of the day was talking, after-call work, waiting or aux? Totals of the day, summed if several agents are chosen. wolkvox may include ringing in the ready time.',
    },
    agentAht: {
      title: 'AHT and median',
      description:
        'Do their calls take longer than those of their colleagues? AHT of the day up to each point; the dashed line is the median of the operation.',
    },
    agentAcw: {
      title: 'ACW per call and median',
      description:
        'Does their after-call work take longer than that of their colleagues? After-call work per call of the day up to each point; the dashed line is the median of the operation.',
    },
    agentOccupancy: {
      title: 'Occupancy and median',
      description:
        'Are they busier than their colleagues? Occupancy of the day up to each point, as wolkvox reports it; the dashed line is the median of the operation.',
    },
    agentCalls: {
      title: 'Calls in the last half hour',
      description:
        'When did they take calls, and in which direction? Calls in the half hour before each point, by direction, summed if several agents are chosen.',
    },
    agentAux: {
      title: 'Time in each auxiliary state',
      description:
        'Which auxiliary states were they in? Time in each one within the chosen range. Approximate: a state is only seen at each refresh, usually every five minutes; shorter ones may be missing or count for more.',
    },
    skillsState: {
      title: 'Data',
      description:
        'Can I trust this screen? "Failing": the last refresh of the skills failed, and the last good data is shown. "Stale": the data is too old or the exporter does not answer, and no queues are shown. "No data": no chosen operation has skills in WOLKVOX_REPORTS (reports in a file). The panel shows the worst of the chosen operations.',
    },
    skillsAge: {
      title: 'Age',
      description:
        'How old is what I see? Time since the last successful refresh of the skills, for the operation that is nearest to being stale, with its name. Up to the refresh interval, usually five minutes, is normal.',
    },
    waiting: {
      title: 'Waiting',
      description:
        'Is a queue in trouble now? Calls waiting in all chosen skills at the last refresh. Orange from the limit of the alert on, which also needs that no agent is ready.',
    },
    longestQueue: {
      title: 'Longest queue',
      description: 'Where do most calls wait? The skill with the most calls waiting, with its operation.',
    },
    onCall: {
      title: 'On call',
      description:
        'How many agents are on a call? Agents on a call in the chosen operations; needs the report agents. It does not depend on the chosen skill: wolkvox does not say which agents serve which skill.',
    },
    serviceLevelToday: {
      title: 'Service level',
      description: ({ serviceLevel, serviceLevelSeconds }) =>
        `Do we meet the target today? Share of the calls of the day that were answered in time, in all chosen skills, weighted by their inbound calls. The target is ${percent(serviceLevel)} in ${serviceLevelSeconds} s, unless the operation or the skill has its own.`,
    },
    worstSkill: {
      title: 'Worst skill',
      description:
        "Which skill needs help first? Today's service level of the skill furthest below its target. Only skills with enough calls for the alert count.",
    },
    belowTarget: {
      title: 'Below target',
      description:
        'How many skills miss their target? Those with a service level of today below their target, and with enough calls for the alert.',
    },
    abandonmentNow: {
      title: 'Abandonment',
      description: (limit) =>
        `How many callers give up? Share of the inbound calls of the last hour that were abandoned. The limit of the alert is ${percent(limit)}, unless the operation or the skill has its own.`,
    },
    inboundToday: {
      title: 'Inbound today',
      description: 'How many calls came in today? Inbound calls of the day in the chosen skills.',
    },
    answeredToday: {
      title: 'Answered today',
      description:
        'How many calls did we answer today? Calls of the day that an agent answered, in the chosen skills.',
    },
    skills: {
      title: 'Skills, worst first',
      description:
        'Which queue needs me first? First the skills with the most calls waiting, then those furthest below their target. "Vs. target" compares today\'s service level with the target of each skill: red is below; with few calls it is not shown. Totals and abandonment are of the day. Click a name to see only that skill.',
    },
    waitingOfEach: {
      title: 'Waiting through the day',
      description: (most) =>
        `When and where did calls wait? Calls waiting at each refresh, by skill; at most ${most}, those with the most in the chosen range.`,
    },
    serviceLevel: {
      title: ({ serviceLevel, serviceLevelSeconds }) =>
        `Service level by skill (target ${percent(serviceLevel)} in ${serviceLevelSeconds} s)`,
      description: (most) =>
        `Which skill falls behind, and since when? Service level of the day up to each point; at most ${most} skills, the lowest. The dashed red lines are the targets of the operations; a skill may have its own.`,
    },
    abandonment: {
      title: 'Abandonment by skill, last hour',
      description: (most) =>
        `Where do callers give up? Share of the calls abandoned in the hour before each point; at most ${most} skills, the highest. The dashed red lines are the limits of the alert, by operation.`,
    },
    skillCalls: {
      title: 'Calls that came in and were answered',
      description:
        'Do we answer as fast as calls come in? Calls since the point before, every 15 minutes in a range of a day: those that came in, were answered and were abandoned, in the chosen skills. The legend shows the sums.',
    },
    readyAgainstWaiting: {
      title: 'Ready agents and waiting calls',
      description:
        'Are there too few agents, or are they elsewhere? Ready agents of the chosen operations, and calls waiting in the chosen skills. If both are high, the ready agents do not have the skill of the calls.',
    },
    reachable: {
      title: 'Exporter',
      description:
        'Does Prometheus reach the exporter? If one of the chosen exporters does not answer, this panel says so.',
    },
    reportState: {
      title: 'Data',
      description:
        'Are all reports up to date? "Failing": the last refresh failed, and the last good data is exposed. "Stale": the data is too old and was removed, there was never any, or the exporter does not answer. The panel shows the worst report of the chosen operations.',
    },
    reportAge: {
      title: 'Age',
      description:
        'Which data is furthest behind? Time since the last successful refresh, for the report that is nearest to its own stale age, with operation and report.',
    },
    failures: {
      title: 'Failed refreshes',
      description: 'How many refreshes failed in the chosen range? Retries that succeed do not count.',
    },
    quotaUsed: {
      title: 'Quota used today',
      description:
        "How many of the day's API calls are used? Share of the daily limit (licences × 1,000; needs WOLKVOX_LICENSES, or licenses in a file), for the account that is nearest to the limit of its alert, with its code. The operations of an account share the quota.",
    },
    quotaForecast: {
      title: 'Quota at end of day',
      description:
        'Will the quota last? Share used when the day ends, if all reports and operations of the account continue at the rate of the last hour. Above 100% it will not last. The panel shows the account with the highest share. Needs WOLKVOX_LICENSES (licenses in a file).',
    },
    refreshes: {
      title: 'Refreshes, and failures by reason',
      description:
        'What fails, and since when? Successful refreshes, and failed ones by report and reason. docs/failures.md explains the reasons.',
    },
    duration: {
      title: 'Duration of the refreshes',
      description:
        'Is wolkvox slow? Duration of the last refresh, retries included, by operation and report.',
    },
    age: {
      title: 'Age of the data',
      description:
        'When was new data missing? The age of the data as a share of the age at which it is stale, by operation and report: from 100% on it is removed. Each point shows the highest since the point before.',
    },
    quota: {
      title: 'Quota used through the day',
      description:
        'Who uses the quota, and how fast? Share of the daily limit used by each account. The dashed red lines are the limits of the alert; if several operations share the account, the lowest.',
    },
    rejected: {
      title: 'Values and records left out',
      description:
        'Has wolkvox changed a format? What could not be read and is missing, by report and wolkvox field.',
    },
    size: {
      title: 'Records and series',
      description:
        'Does the amount of data grow? Records in the last response of each report, and series that each exporter exposes.',
    },
    memory: {
      title: 'Memory',
      description: 'Does memory keep growing? Memory of the process, and the Node.js heap within it.',
    },
    scrape: {
      title: 'Duration of the scrapes',
      description: 'Does the exporter answer fast? Duration of each scrape, as Prometheus measures it.',
    },
    build: {
      title: 'Versions',
      description: 'Which version runs where? One row per exporter.',
    },
  },
}
