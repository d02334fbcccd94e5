const percent = (ratio: number) => `${Math.round(ratio * 100)}%`

interface ServiceLevelTarget {
  readonly serviceLevel: number
  readonly serviceLevelSeconds: number
}

/** All texts of the dashboards, in the terms that supervisors of wolkvox use. */
export const es = {
  language: 'es',
  operation: {
    title: 'wolkvox · Operación',
    about:
      'La operación de un vistazo: si los datos están al día, qué hacen los agentes y quién necesita atención.',
  },
  queues: {
    title: 'wolkvox · Colas',
    about: 'Las colas por skill: llamadas en espera, nivel de servicio y abandono, ahora y durante el día.',
  },
  agent: {
    title: 'wolkvox · Agente',
    about: 'La jornada de uno o varios agentes, comparada con la mediana de su operación.',
  },
  exporter: {
    title: 'wolkvox · Exportador',
    about: 'La salud del exportador: consultas, fallas, cuota y recursos.',
  },
  links: {
    operation: { title: 'Operación', tooltip: 'Toda la operación de un vistazo' },
    queues: { title: 'Colas', tooltip: 'Las colas, la peor primero' },
    agent: { title: 'Agente', tooltip: 'La jornada de un agente' },
    exporter: { title: 'Exportador', tooltip: 'La salud del exportador' },
    row: 'Ver la jornada de este agente',
    skill: 'Ver solo este skill',
  },
  variables: {
    datasource: 'Fuente de datos',
    operation: 'Operación',
    group: 'Grupo (tablas)',
    category: 'Categoría (tablas)',
    skill: 'Skill',
    agent: 'Agente',
    job: 'Job',
    instance: 'Instancia',
  },
  annotations: {
    alerts: 'Alertas',
    restarts: 'Reinicios del exportador',
    restarted: 'El exportador se reinició',
  },
  categories: {
    talk: 'En llamada',
    ring: 'Timbrando',
    acw: 'ACW',
    ready: 'Disponible',
    aux: 'Auxiliar',
    logout: 'Desconectado',
    unknown: 'Sin estado',
  },
  dataStates: { fresh: '✓ Al día', failing: '! Con fallas', stale: '✕ Desactualizados' },
  reach: { up: '✓ Responde', down: '✕ No responde' },
  noData: 'Sin datos',
  noAgents: 'Sin agentes o sin datos',
  noSkills:
    'Sin skills. Si «Datos» dice «Desactualizados», la causa está en el tablero Exportador. Si no, agregue skills a WOLKVOX_REPORTS (reports en un archivo).',
  noGroups: 'Sin grupos. El archivo groups_file asigna cada agente a un equipo, una sede o un supervisor.',
  columns: {
    agent: 'Agente',
    id: 'ID',
    status: 'Estado',
    timeInState: 'Tiempo en estado',
    limitShare: '% del límite',
    calls: 'Llamadas',
    inbound: 'Entrantes',
    outbound: 'Salientes',
    internal: 'Internas',
    ready: 'T. disponible',
    inboundTime: 'T. entrante',
    outboundTime: 'T. saliente',
    acw: 'T. ACW',
    aux: 'T. auxiliar',
    ring: 'T. timbrando',
    login: 'T. conexión',
    aht: 'TMO hoy',
    occupancy: 'Ocup. hoy',
    operation: 'Operación',
  },
  groupColumns: {
    group: 'Grupo',
    loggedIn: 'Conectados',
    ready: 'Disponibles',
    talk: 'En llamada',
    acw: 'ACW',
    aux: 'Auxiliar',
    auxShare: '% auxiliar',
    occupancy: 'Ocup. 30 min',
  },
  skillColumns: {
    skill: 'Skill',
    waiting: 'En espera',
    serviceLevel: 'N. servicio',
    againstTarget: 'Vs. meta',
    abandonment: 'Abandono',
    answered: 'Atendidas',
    inbound: 'Entrantes',
  },
  versions: { instance: 'Instancia', version: 'Versión', revision: 'Revisión', node: 'Node.js' },
  series: {
    today: 'Hoy',
    yesterday: 'Ayer',
    lastWeek: 'Hace una semana',
    inbound: 'Entrantes',
    outbound: 'Salientes',
    internal: 'Internas',
    median: 'Mediana · {{operation}}',
    ready: 'Disponible',
    inboundTime: 'Llamada entrante',
    outboundTime: 'Llamada saliente',
    acw: 'ACW',
    aux: 'Auxiliar',
    ring: 'Timbrando',
    succeeded: 'Exitosas',
    failed: 'Falla de {{report}}: {{reason}}',
    limit: 'Límite · {{operation}}',
    target: 'Meta · {{operation}}',
    arrived: 'Entraron',
    answeredCalls: 'Atendidas',
    abandonedCalls: 'Abandonadas',
    waiting: 'En espera',
    accountLimit: 'Límite · {{account}}',
    field: 'Valores de {{report}} {{field}}',
    records: 'Registros',
    answered: 'Registros de {{operation}} {{report}}',
    series: 'Series de {{instance}}',
    resident: 'Proceso · {{instance}}',
    heap: 'Heap de Node.js · {{instance}}',
  },
  panels: {
    dataState: {
      title: 'Datos',
      description:
        '¿Puedo confiar en esta pantalla? «Con fallas»: la última consulta de agentes falló y se ven los últimos datos buenos. «Desactualizados»: son demasiado viejos, o el exportador ya no responde, y los agentes no se muestran. Se muestra la peor de las operaciones elegidas.',
    },
    dataAge: {
      title: 'Antigüedad',
      description:
        '¿De cuándo es lo que veo? Tiempo desde la última consulta exitosa de agentes, de la operación más cerca de quedar desactualizada, con su nombre. Lo normal es hasta el intervalo de consulta, por lo general cinco minutos.',
    },
    nextRefresh: {
      title: 'Próxima en',
      description:
        '¿Cuándo llegan datos nuevos? Tiempo que falta para la siguiente consulta de agentes, de la misma operación que en «Antigüedad». En cero, la consulta está en curso.',
    },
    loggedIn: {
      title: 'Conectados',
      description: '¿Cuánta gente tengo? Agentes conectados ahora, en cualquier estado.',
    },
    ready: {
      title: 'Disponibles',
      description:
        '¿Hay quien tome la próxima llamada? Agentes en espera de llamada, en la operación que menos tiene, con su nombre. En cero, quien llama espera. Las operaciones con marcador, donde nadie tiene que estar disponible, van al final.',
    },
    occupancyNow: {
      title: 'Ocupación',
      description: ({ from, to }: { from: number; to: number }) =>
        `Última media hora: ¿sobran o faltan agentes? De quienes podían recibir llamadas, la parte que estuvo ocupada con una. La meta es ${Math.round(from * 100)}–${percent(to)}.`,
    },
    auxShareNow: {
      title: 'Auxiliar',
      description: (limit: number) =>
        `¿Cuánta gente está fuera de las llamadas? Parte de los conectados que está en un estado auxiliar. El límite de la alerta es ${percent(limit)}, salvo que la operación tenga el suyo.`,
    },
    overLimit: {
      title: 'Excedidos',
      description:
        '¿Cuántos necesitan atención ya? Agentes que, en la última consulta, llevaban en ACW, en llamada, timbrando o en un auxiliar más que el límite de la alerta.',
    },
    byCategory: {
      title: 'Agentes por estado ahora',
      description: '¿Qué está haciendo la operación en este momento? Agentes por categoría de estado.',
    },
    throughDay: {
      title: 'Agentes por estado durante el día',
      description: '¿Cómo venimos hoy y qué ha hecho la gente? Agentes conectados por categoría de estado.',
    },
    longest: {
      title: 'A quién buscar primero',
      description: (count: number) =>
        `¿Quién me necesita ya? ${count} agentes: los que exceden su límite y luego los que más llevan en su estado sin estar disponibles. «% del límite» compara el tiempo en la última consulta con el límite de la alerta: 100% es el límite.`,
    },
    occupancy: {
      title: ({ from, to }: { from: number; to: number }) =>
        `Ocupación (meta ${Math.round(from * 100)}–${percent(to)})`,
      description:
        '¿Estamos dentro de la banda? Ocupación de la última media hora, por operación. Por encima de la meta la gente se agota; por debajo, sobra gente. Las líneas punteadas rojas son los límites de la alerta.',
    },
    aht: {
      title: 'TMO (AHT), última hora',
      description:
        '¿Las llamadas toman más de lo normal? Tiempo medio de operación en la hora anterior a cada momento, comparado con la misma hora de ayer y de hace una semana.',
    },
    acw: {
      title: 'ACW por llamada, última hora',
      description:
        '¿Se está alargando el trabajo posterior a la llamada? ACW por llamada en la hora anterior a cada momento, comparado con la misma hora de ayer y de hace una semana.',
    },
    aux: {
      title: 'En auxiliar',
      description:
        '¿Hay más gente fuera de las llamadas que de costumbre? Parte de los conectados en estado auxiliar, comparada con la misma hora de ayer y de hace una semana. La línea punteada roja es el límite de la alerta, por operación.',
    },
    agents: {
      title: 'Agentes',
      description:
        '¿Qué hace cada agente? La tabla de wolkvox Manager: ordene por cualquier columna, filtre con el embudo, y abra la jornada de un agente con un clic en su nombre. El tiempo en estado sigue contando entre consultas, «% del límite» es de la última; los totales son del día. Los colores siguen los límites de las alertas.',
    },
    groups: {
      title: 'Grupos',
      description:
        '¿Qué equipo necesita ayuda? Los agentes de cada grupo, según el archivo de grupos: la columna group o, si no existe, la primera. El guion reúne a los agentes que no están en el archivo. La ocupación es de la última media hora. Los colores siguen los límites de las alertas.',
    },
    calls: {
      title: 'Llamadas en la última media hora',
      description:
        '¿Cuánto tráfico hay y hacia dónde? Llamadas gestionadas en la media hora anterior a cada momento, por dirección.',
    },
    auxStates: {
      title: 'Auxiliares en uso ahora',
      description:
        '¿En qué auxiliar está la gente? Agentes en cada estado auxiliar, con el nombre que tiene en wolkvox.',
    },
    agentNow: {
      title: 'Ahora y en lo que va del día',
      description:
        '¿Qué hace este agente ahora y cómo va su día? Una fila por agente elegido; los totales son del día.',
    },
    timeline: {
      title: 'Estados durante el día',
      description: (most: number) =>
        `¿Qué hizo el agente y cuándo? Aproximado: el estado se ve solo en cada consulta. Una franja por agente, máximo ${most}: los que más tiempo llevan conectados.`,
    },
    timeSpent: {
      title: 'En qué se fue el tiempo',
      description:
        '¿Cuánto del día fue hablar, documentar, esperar o estar en auxiliar? Totales del día, sumados si hay varios agentes. wolkvox puede incluir el timbrado dentro del tiempo disponible.',
    },
    agentAht: {
      title: 'TMO (AHT) y mediana',
      description:
        '¿Sus llamadas toman más que las de sus compañeros? TMO acumulado del día hasta cada momento; la línea punteada es la mediana de la operación.',
    },
    agentAcw: {
      title: 'ACW por llamada y mediana',
      description:
        '¿Documenta más lento que sus compañeros? ACW por llamada acumulado del día hasta cada momento; la línea punteada es la mediana de la operación.',
    },
    agentOccupancy: {
      title: 'Ocupación y mediana',
      description:
        '¿Está más o menos ocupado que sus compañeros? Ocupación acumulada del día hasta cada momento, según wolkvox; la línea punteada es la mediana de la operación.',
    },
    agentCalls: {
      title: 'Llamadas en la última media hora',
      description:
        '¿Cuándo atendió y hacia dónde? Llamadas en la media hora anterior a cada momento, por dirección, sumadas si hay varios agentes.',
    },
    agentAux: {
      title: 'Tiempo en cada auxiliar',
      description:
        '¿En qué auxiliares estuvo? Tiempo en cada estado auxiliar dentro del rango elegido. Aproximado: el estado se ve solo en cada consulta, por lo general cada cinco minutos; lo más corto puede faltar o contar de más.',
    },
    skillsState: {
      title: 'Datos',
      description:
        '¿Puedo confiar en esta pantalla? «Con fallas»: la última consulta de skills falló y se ven los últimos datos buenos. «Desactualizados»: son demasiado viejos, o el exportador ya no responde, y las colas no se muestran. «Sin datos»: ninguna operación elegida tiene skills en WOLKVOX_REPORTS (reports en un archivo). Se muestra la peor de las operaciones elegidas.',
    },
    skillsAge: {
      title: 'Antigüedad',
      description:
        '¿De cuándo es lo que veo? Tiempo desde la última consulta exitosa de skills, de la operación más cerca de quedar desactualizada, con su nombre. Lo normal es hasta el intervalo de consulta, por lo general cinco minutos.',
    },
    waiting: {
      title: 'En espera',
      description:
        '¿Hay una cola en problemas ahora? Llamadas en espera en todos los skills elegidos, en la última consulta. En naranja desde el límite de la alerta, que además exige que no haya agentes disponibles.',
    },
    longestQueue: {
      title: 'Cola más larga',
      description: '¿En cuál esperan más? El skill con más llamadas en espera, con su operación.',
    },
    onCall: {
      title: 'En llamada',
      description:
        '¿Cuántos agentes están atendiendo? Agentes en llamada en las operaciones elegidas; requiere el reporte agents. No depende del skill elegido: wolkvox no informa qué agentes atienden cada skill.',
    },
    serviceLevelToday: {
      title: 'Nivel de servicio',
      description: ({ serviceLevel, serviceLevelSeconds }: ServiceLevelTarget) =>
        `¿Cumplimos hoy? Parte de las llamadas del día atendida a tiempo, en todos los skills elegidos; cada skill pesa según sus llamadas entrantes. La meta es ${percent(serviceLevel)} en ${serviceLevelSeconds} s, salvo que la operación o el skill tenga la suya.`,
    },
    worstSkill: {
      title: 'Peor skill',
      description:
        '¿Cuál necesita ayuda primero? El nivel de servicio de hoy del skill más lejos de su meta. Solo cuentan los skills con llamadas suficientes para la alerta.',
    },
    belowTarget: {
      title: 'Debajo de la meta',
      description:
        '¿Cuántos skills no cumplen? Los que tienen hoy un nivel de servicio menor que su meta y llamadas suficientes para la alerta.',
    },
    abandonmentNow: {
      title: 'Abandono',
      description: (limit: number) =>
        `Última hora: ¿cuántos se cansan de esperar? Parte de las llamadas entrantes que se abandonó. El límite de la alerta es ${percent(limit)}, salvo que la operación o el skill tenga el suyo.`,
    },
    inboundToday: {
      title: 'Entrantes hoy',
      description: '¿Cuánto ha entrado hoy? Llamadas entrantes del día en los skills elegidos.',
    },
    answeredToday: {
      title: 'Atendidas hoy',
      description:
        '¿Cuánto hemos atendido hoy? Llamadas del día que atendió un agente, en los skills elegidos.',
    },
    skills: {
      title: 'Skills, el peor primero',
      description:
        '¿Qué cola atiendo primero? Primero los skills con más llamadas en espera y luego los más lejos de su meta. «Vs. meta» compara el nivel de servicio de hoy con la meta de cada skill: en rojo, por debajo; con pocas llamadas no se muestra. Los totales y el abandono son del día. Un clic en el nombre deja solo ese skill.',
    },
    waitingOfEach: {
      title: 'En espera durante el día',
      description: (most: number) =>
        `¿Cuándo y dónde se formó la cola? Llamadas en espera en cada consulta, por skill; máximo ${most}, los que más tuvieron en el rango elegido.`,
    },
    serviceLevel: {
      title: ({ serviceLevel, serviceLevelSeconds }: ServiceLevelTarget) =>
        `Nivel de servicio por skill (meta ${percent(serviceLevel)} en ${serviceLevelSeconds} s)`,
      description: (most: number) =>
        `¿Qué skill pierde nivel y desde cuándo? Nivel de servicio acumulado del día hasta cada momento; máximo ${most} skills, los más bajos. La línea punteada roja es la meta de cada operación; un skill puede tener la suya.`,
    },
    abandonment: {
      title: 'Abandono por skill, última hora',
      description: (most: number) =>
        `¿Dónde se cansan de esperar? Parte de las llamadas abandonada en la hora anterior a cada momento; máximo ${most} skills, los más altos. La línea punteada roja es el límite de la alerta, por operación.`,
    },
    skillCalls: {
      title: 'Llamadas que entraron y que se atendieron',
      description:
        '¿Atendemos al ritmo en que entran? Llamadas desde el punto anterior, cada 15 minutos en un rango de un día: las que entraron, las atendidas y las abandonadas, en los skills elegidos. La leyenda muestra las sumas.',
    },
    readyAgainstWaiting: {
      title: 'Agentes disponibles y llamadas en espera',
      description:
        '¿Falta gente o está en otra parte? Agentes disponibles en las operaciones elegidas y llamadas en espera en los skills elegidos. Si ambas son altas, los agentes disponibles no tienen el skill de las llamadas.',
    },
    reachable: {
      title: 'Exportador',
      description: '¿Lo alcanza Prometheus? Si uno de los exportadores elegidos no responde, aquí se ve.',
    },
    reportState: {
      title: 'Datos',
      description:
        '¿Están al día todos los reportes? «Con fallas»: la última consulta falló y se entregan los últimos datos buenos. «Desactualizados»: son demasiado viejos y se retiraron, nunca llegaron, o el exportador ya no responde. Se muestra el peor reporte de las operaciones elegidas.',
    },
    reportAge: {
      title: 'Antigüedad',
      description:
        '¿Qué datos están más atrasados? Tiempo desde la última consulta exitosa, del reporte más cerca de quedar desactualizado según su propio límite, con su operación y su nombre.',
    },
    failures: {
      title: 'Consultas fallidas',
      description:
        '¿Cuántas consultas a wolkvox fallaron en el rango elegido? Los reintentos que terminan bien no cuentan.',
    },
    quotaUsed: {
      title: 'Cuota usada hoy',
      description:
        '¿Cuánto se ha gastado de las consultas diarias a la API? Parte del límite del día (licencias × 1.000; requiere WOLKVOX_LICENSES, licenses en un archivo), de la cuenta más cercana al límite de su alerta, con su código. Las operaciones de una cuenta comparten la cuota.',
    },
    quotaForecast: {
      title: 'Cuota al cierre',
      description:
        '¿Alcanza la cuota? Lo que se habrá gastado cuando cambie el día, al ritmo que llevan en la última hora todos los reportes y operaciones de la cuenta. Más de 100% es que no alcanza. Se muestra la cuenta con más gasto. Requiere WOLKVOX_LICENSES (licenses en un archivo).',
    },
    refreshes: {
      title: 'Consultas a wolkvox y fallas por motivo',
      description:
        '¿Qué falla y desde cuándo? Consultas exitosas, y fallidas por reporte y motivo. docs/failures.md explica los motivos.',
    },
    duration: {
      title: 'Duración de las consultas',
      description:
        '¿Está lento wolkvox? Lo que tardó la última consulta, con sus reintentos, por operación y reporte.',
    },
    age: {
      title: 'Antigüedad de los datos',
      description:
        '¿Cuándo faltaron datos nuevos? La antigüedad de los datos como parte de la que los vuelve desactualizados, por operación y reporte: a partir del 100% se retiran. Se ve la mayor desde el punto anterior.',
    },
    quota: {
      title: 'Cuota usada durante el día',
      description:
        '¿Quién gasta la cuota y a qué ritmo? Parte del límite diario usada por cada cuenta. Las líneas punteadas rojas son los límites de la alerta; si varias operaciones comparten la cuenta, el menor.',
    },
    rejected: {
      title: 'Valores y registros rechazados',
      description:
        '¿Cambió wolkvox el formato de algo? Lo que no se pudo leer y por eso falta, por reporte y campo de wolkvox.',
    },
    size: {
      title: 'Registros y series',
      description:
        '¿Crece lo que Prometheus guarda? Registros en la última respuesta de cada reporte y series que entrega cada exportador.',
    },
    memory: {
      title: 'Memoria',
      description: '¿Crece la memoria sin parar? Memoria del proceso y, dentro de ella, el heap de Node.js.',
    },
    scrape: {
      title: 'Duración del scrape',
      description: '¿Responde rápido el exportador? Lo que tarda cada scrape, según Prometheus.',
    },
    build: { title: 'Versiones', description: '¿Qué versión corre y dónde? Un exportador por fila.' },
  },
}

/** The texts of a language. A missing text is a type error. */
export type Texts = typeof es

/** Title of a panel, and the text behind its question mark. */
export interface PanelText {
  readonly title: string
  readonly description: string
}
