/**
 * The words of a response that a message may quote: a list of what is allowed, because no list of what is forbidden can contain all
 * names, ids and messages of customers. Words of wolkvox's own messages, of HTTP, PHP and databases, of web servers, proxies and
 * firewalls, and of login and error pages in English and Spanish, in lower case and without accents. Usual names of people are
 * left out.
 */
const WORDS = `
  a aborted about above accept acceptable accepted acceso access account aceptar acquire activate active activity actualizar
  actualmente add additional address adfs admin administrador administrator after again against agent agente agentes agents akamai
  alb algo all allow allowed already also always an and another answer ante antes any apache api apis aplicacion apologize
  appliance application applications apply archivo are args argument argumentcounterror arguments arithmeticerror array aruba as
  ask assertionerror at attempt attempts attention autenticacion auth authenticate authenticated authentication authority
  authorization authorize authorized automatic autorizacion autorizada autorizado available aws azure back backend backup backups
  bad balancer barracuda basic be bearer because been before begin being below between bienvenida bienvenido bigint bigip bin
  blocked bloqueada bloqueado bluecoat body bool boolean both br browser bucket busy but by bytes c cache caddy caducado caida
  call callable callback calls campaign campaigns campanas can cannot captcha captive category cause cdn certificate cgi challenge
  change changed channel characters charset chat chats check checkpoint cisco citrix class clave click client cliente close closed
  cloud cloudflare cloudfront co code codigo column com command comment company compile complete compress con concurrency
  concurrent conditional conexion conexiones conf config conflict connect connected connecting connection connections constant
  consult consulta consultar consume consumo contact contactar contacte contactese contain contains contenido content continue
  contrasena contrasenas control controller controllers convert cookie cookies core corporate correct corregir corrupt could count
  cpanel create created creation credential credentials cron css csv ctrl cual cuenta curl current currently cyberoam d daily data
  database date datos day days db de deadline deadlock debe debian debug declaration declare declined decode default deflate del
  delete demasiadas demasiados denegada denegado denied deprecated desconocida desconocido destination detail details detected
  device dia diario did digest direccion directory disabled disconnected disculpas disculpe disk display disponible dispositivo
  division divisionbyzeroerror dns do doctype document does domain domdocument done down duplicate durante during dynamic e each
  edge either el elb element elemento email empty en enable enabled encoding encontrada encontrado encontraron encontro
  encountered end endpoint engine enlace enough ensure enter entity entry envelope enviar environment envoy eof error errores
  errorexception errors es esta established estado estamos estan este esto etc excede excedida excedido exceed exceeded exceeds
  exception exec execute execution exhausted exist existe exists expect expectation expected expirada expirado expired expires
  explode expression extension fail failed failure fallido fallo falta fastly fatal fault faultcode faultstring favor fclose
  feature fecha fetch few fi field fields fila file files filter filtered filtering find firewall first float fopen for forbidden
  forcepoint foreach form format fortigate fortiguard fortinet fortiweb found fpm fputs fread from fuera function further fwrite
  gateway general get getaddrinfo gethost gethostbyname given go goaway gone google group gunicorn gzip ha had haga han handle
  handler handshake happened haproxy has have hay head header headers heading healthy help here hierarchy high hola home hora
  horas host hosting hour hours how htdocs html http https i id identifier if iis illegal image imagick imap imperva implemented
  implode in inaccessible inactive inc incapsula incident include includes incorrect index inesperado inetpub inform information
  ingresar ingrese ingreso iniciar inicie inicio initialize innodb input insert inside install installed instance instruction int
  integer intenta intentalo intentar intente intentelo interaction interactions interna internal internet interno interrupted into
  invalid invalida invalidargumentexception invalido io ip is iso isp istio it items iterator its javascript jetty join json
  json_decode json_encode jsonexception just keep key keys killed known la lan language large las last latency later latin layer
  ldap length less lib libs licence licences licencia licencias license licenses limit limite limited limites limits line linea
  link linked linux list listen litespeed ll llamada llamadas lo load loading local location lock locked log logged logicexception
  login logon logout long los lost low main maintenance malformed manager mantenimiento many mas match matching maximo maximum may
  mb mcafee media memoria memory mensaje meraki message messages method methods metodo microsecond microsoft microsoftonline
  mientras migrated mikrotik milliseconds minimum minute minutes minuto minutos misconfiguration misdirected missing mkdir mode
  models modsecurity module moment momento momentos monitor more moved msg multi multiple must mx mysql mysqli mysqlnd n name nat
  ndjson need needed negotiate net netscaler netskope network never new next nginx no node nombre non none not notfound notice now
  ntlm nuestro nueva nuevamente nuevo null number numeric numero o oauth object obtener occurred oci octet ocurrido ocurrio odbc
  of off offline offset ok okta old olvido on once one online only oops open opendns opened openid opening openresty openssl
  operacion operand operation operations opt optional or org origin other our out outage output overload overloaded own packet
  page pages pagina paloalto panw para parameter parameters parametro parametros parse parseerror parser parsing part partial
  password path payload pconnect pdf pdo pdoexception pdostatement pending per perform performing permanent permanently permiso
  permisos permission permissions permitida permitido permitted peticion peticiones pfsense pg pgsql php php7 php8 phpmyadmin
  plain plataforma please plesk point policies policy por porque port portal posible possible post postgres postgresql
  precondition predis preg prepare previous private problem problema problemas process processing pronto property protected
  protocol provide provided proxies proxy proxysg public puede puerta put que queries query queue quota range rate re reach
  reachable reached read ready real_time reason recaptcha received reciente recognized record records recoverable red redhat
  redireccion redirect redirected redis redisexception reference referenced refresh refused register registered registro registros
  reject rejected reload remote remove rename renamed report reporte reported reportes reporting reports requerida requerido
  request requested requests requiere require required requires reset resource respondio response respuesta restart restarting
  restricted result resultado resultados results retry return returned revoked right root route row rows ruckus rule running
  runtime runtimeexception s same saml schema script se search second seconds secret secure security see segundo segundos
  seguridad select semaphore send sending sent server servers service services servicio servicios servidor servidores sesion
  session set setting settings si sign signature simultaneous sin sistema sistemas site sitio size skill skills skip slow soap
  soapclient soapfault sobre socket solicitud solicitudes some sonicwall soon sophos soporte sorry source space splash sql sqlite
  sqlserver sqlsrv sqlstate squid srv ssl sso stack standards start started state statement static status stdclass still stop
  stopped storage stream strict string strlen strpos strtotime su submit subscription success successful such sucuri support
  supported sus suspended suspendida suspendido switch switched symantec sync syntax system systems t table take tarde tcp team
  teapot tecnico temporal temporalmente temporarily temporary terminate terminated terms text than that the them then there these
  they this thread threads throttled tiempo tiene time timed timeout times tinyproxy title tls tmp to today todo todos token
  tokens tomcat too traefik traffic transaction transfer tras tried trigger true try trying tu type typeerror types ubiquiti
  ubuntu udp umbrella un una unable unauthorized unavailable uncaught undefined under unexpected unexpectedvalueexception
  unfortunately unhandled unifi unknown unlink uno unprocessable unresponsive unserialize unsupported until up update updated
  upgrade upload upstream uri url urls usage use used user users using usr usted usuario usuarios utf v1 v2 v3 valid valida
  validacion validar validate validation valido value valueerror values var variable variables variant varnish ve vendor ventana
  ver verificar verification verifique verify version vez via views virtual visit vpn vuelva waf wait waiting wan want warning was
  watchguard way we web websense website welcome went were what when where whether which while whitelist why wi wifi windows
  wireless with within without wolkvox words work working write wrong wsdl www wwwroot x xampp xhtml xml xmlns y ya you your zero
  zona zone zscaler zstd
`

// Made for the first message: most processes never need it.
let known: ReadonlySet<string> | undefined

function isWord(word: string): boolean {
  known ??= new Set(WORDS.trim().split(/\s+/))
  return known.has(withoutMarks(word).toLowerCase())
}

// The longest known word has 25 characters.
const MAX_WORD = 40

// Up to two digits, or a status of HTTP or of a content delivery network. Others can be the id of an agent.
const KNOWN_NUMBER =
  /^(?:\d{1,2}|20[0-6]|30[0-8]|40[0-9]|41[0-8]|42[1-9]|431|451|499|50[0-8]|51[01]|52[0-9]|530)$/

const WORD = /[\p{L}\p{M}\p{N}_]+/gu

// Anything but letters, digits, white space, and the punctuation of ASCII and Spanish.
const STRANGE = /[^\p{L}\p{M}\p{N}\s!-/:-@[-`{-~¡¿…’]+/gu

// A telephone number, an identity card, a date: five digits or more, with any separators.
const LONG_NUMBER = /\d(?:[ .()/:,;_*#+-]{0,3}\d){4,}/g

/** Several unknown words with only punctuation between them are one ellipsis. */
const UNKNOWN_RUN = /…(?:[^\p{L}\p{N}…]*…)+/gu

const withoutMarks = (word: string) => word.normalize('NFD').replace(/\p{M}+/gu, '')

function isKnown(word: string): boolean {
  if (word.length > MAX_WORD) return false
  if (KNOWN_NUMBER.test(word)) return true
  if (isWord(word)) return true
  // Names of functions, variables and classes: mysqli_connect, requestId.
  const parts = word.split(/_+|(?<=[a-z])(?=[A-Z])/)
  return parts.length > 1 && parts.every((part) => part === '' || isWord(part))
}

/**
 * Replaces everything in a text that may not be quoted by an ellipsis. Known words and numbers stay, and so does punctuation.
 *
 * @returns empty if nothing but numbers and punctuation is left
 */
export function onlyKnownWords(text: string): string {
  let words = 0
  const quoted = text
    .replace(STRANGE, ' ')
    .replace(LONG_NUMBER, '…')
    .replace(WORD, (word) => {
      if (!isKnown(word)) return '…'
      if (/\p{L}/u.test(word)) words += 1
      return word
    })
    .replace(UNKNOWN_RUN, '…')
  return words === 0 ? '' : quoted
}
