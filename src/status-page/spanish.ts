import { plural, type Texts } from './texts.ts'

/** The status page in Spanish of Latin America. */
export const spanish: Texts = {
  locale: 'es-CO',
  title: 'Exportador de wolkvox',
  version: (version) => `Versión ${version}`,
  asOf: 'Actualizado a las',
  autoRefresh: 'Recargar cada minuto',
  allOperations: 'Todas las operaciones',
  times: (timeZone) => `horas de ${timeZone}`,
  summary: {
    heading: 'Resumen',
    allWell: 'Todo está bien',
    starting: 'Iniciando: la primera consulta aún no termina',
    counts: (reports, operations) =>
      `${plural(reports, 'reporte', 'reportes')} de ${plural(operations, 'operación', 'operaciones')}`,
    problems: (count) => plural(count, 'problema', 'problemas'),
    more: (count) => `y ${count} más abajo`,
    noData: 'todavía no hay datos',
    stale: 'los datos son demasiado antiguos y se retiraron de las métricas',
    failing: 'las consultas fallan; se siguen mostrando los últimos datos buenos',
    staleWithoutFailure: 'hace demasiado tiempo que no termina ninguna consulta',
    failingFor: (span) => `con fallas desde hace ${span}`,
    account: (name) => `Cuenta ${name}`,
    limitReached: (nextAttempt) =>
      `se usaron todas las llamadas que las licencias permiten hoy; próximo intento ${nextAttempt}`,
    refusedByWolkvox: (nextAttempt) =>
      `wolkvox informa que se agotaron las llamadas del día; próximo intento ${nextAttempt}`,
    nearlyUsedUp: (used, limit) => `se han usado ${used} de ${limit} llamadas del día`,
    recordLimit: (records) =>
      `la respuesta trae ${records} registros, el máximo: es posible que falten algunos`,
    rejected: (records, values) =>
      `la última respuesta trajo registros o valores que no se pueden leer (registros: ${records}, valores: ${values})`,
    futureDates: 'algunos son fechas del futuro: revise la zona horaria de la operación y el reloj',
    reloadFails: (span) =>
      `Configuración: no se puede volver a cargar desde hace ${span}; sigue en uso la anterior. El registro y check-config dicen por qué.`,
    whatToDo: 'Qué hacer:',
  },
  conditions: {
    ok: 'Al día',
    starting: 'Iniciando',
    failing: 'Con fallas',
    stale: 'Desactualizado',
    missing: 'Sin datos',
  },
  overview: {
    wellReports: (count) => `${plural(count, 'reporte más', 'reportes más')} sin problemas`,
    heading: 'Operaciones sin problemas',
    operation: 'Operación',
    reports: 'Reportes',
    oldestData: 'Datos más antiguos',
    details: 'Todos los reportes y sus consultas',
  },
  facts: {
    data: 'Datos',
    none: 'todavía ninguno',
    staleFrom: (moment) => `se retiran si superan ${moment}`,
    records: 'Registros',
    recordCount: (records, served) =>
      served === undefined ? records : `${records}, de los que se exponen ${served}`,
    nextRefresh: 'Próxima consulta',
    inProgress: 'en curso',
    interval: (span) => `cada ${span}`,
    lastFailure: 'Última falla',
    noFailure: 'ninguna en las últimas consultas',
    storageFailures: (count) =>
      `Fallas al guardar datos desde el inicio: ${count}. Un reinicio puede costar una llamada y dejar un vacío.`,
  },
  history: {
    heading: (count) => (count === 1 ? 'La última consulta' : `Las últimas ${count} consultas`),
    caption: (operation, report) => `Consultas de ${operation}, ${report}`,
    empty: 'Todavía no ha terminado ninguna consulta.',
    start: 'Inicio',
    result: 'Resultado',
    ok: 'bien',
    duration: 'Duración',
    requests: 'Solicitudes',
    records: 'Registros',
    rejected: 'Ilegibles',
    size: 'Tamaño',
    status: 'HTTP',
  },
  accounts: {
    heading: 'Llamadas a wolkvox',
    account: 'Cuenta',
    today: 'Hoy',
    of: (used, limit) => `${used} de ${limit}`,
    withoutLimit: (used) => `${used}; no se conoce el límite porque no se configuraron las licencias`,
    dayEnds: 'El día termina',
    usage: (account) => `Llamadas de la cuenta ${account} hoy`,
    others: (count) => `${count} de otros programas`,
    explanation: 'Las llamadas de otros programas solo se conocen con el reporte token_info.',
  },
  endpoints: {
    heading: 'Direcciones',
    metrics: 'Métricas',
    healthy: 'Estado de salud',
    ready: 'Disponibilidad',
  },
  reasons: {
    connect: 'falló la conexión',
    tls: 'falló la conexión TLS',
    proxy: 'el proxy falló o la rechazó',
    timeout: 'se agotó el tiempo de espera',
    http_error: 'error HTTP',
    redirect: 'redirigida',
    rate_limited: 'demasiadas solicitudes',
    too_large: 'respuesta demasiado grande',
    malformed: 'la respuesta no es un reporte',
    bad_request: 'reporte desconocido',
    unauthorized: 'no se recibió el token',
    invalid_token: 'token no aceptado',
    quota_exceeded: 'llamadas del día agotadas',
    concurrency: 'llamadas simultáneas con un mismo token',
    forbidden: 'rechazada por wolkvox',
    not_found: 'no encontrada',
    internal: 'falla del exportador',
  },
  hints: {
    connect:
      'revise la red y los proxies del camino; si ninguna solicitud funciona, revise el código del servidor y que la dirección de esta máquina esté en la lista del firewall de la operación',
    tls: 'revise el reloj y el certificado; para confiar en la CA de su empresa, configure WOLKVOX_CA_FILE (ca_file en un archivo)',
    proxy:
      'revise WOLKVOX_PROXY_URL (proxy_url en un archivo) o HTTPS_PROXY, y que el proxy permita que esta máquina llegue a wolkvox',
    timeout: 'wolkvox tardó demasiado; revise la red o aumente el tiempo de espera',
    http_error:
      'wolkvox tiene un error, u otro servidor responde en esta dirección; si continúa, revise la URL base y luego comuníquese con wolkvox',
    redirect:
      'las redirecciones no se siguen porque recibirían el token; revise el código del servidor y la URL base',
    rate_limited:
      'demasiadas solicitudes en poco tiempo; aumente el intervalo y revise qué otros programas de esta red usan wolkvox',
    too_large: 'ningún reporte de wolkvox es tan grande; revise el código del servidor y la URL base',
    malformed: 'la respuesta no viene de la API de wolkvox; revise el código del servidor y la URL base',
    bad_request:
      'wolkvox no conoce este reporte en este servidor; revise el código del servidor y la URL base',
    unauthorized: 'wolkvox no recibió ningún token; revise el token y que ningún proxy elimine el encabezado',
    invalid_token: 'wolkvox no acepta el token; obtenga uno válido en wolkvox Manager',
    quota_exceeded:
      'este u otro programa agotó las llamadas del día; aumente el intervalo o agregue licencias',
    concurrency: 'otro programa usa el mismo token al mismo tiempo; dé a este exportador un token propio',
    forbidden:
      'wolkvox rechaza las solicitudes, por ejemplo durante un mantenimiento o una copia de seguridad; si continúa, comuníquese con wolkvox',
    not_found: 'la API no está en esta dirección; revise el código del servidor y la URL base',
    internal: 'es una falla del exportador; repórtela con la línea del registro',
  },
}
