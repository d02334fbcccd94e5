/** Promised for later, refused until then: a setting that is read and ignored would be worse than an error. */
export const noConfigFileYet =
  'a configuration file is not supported yet; describe one operation with the WOLKVOX_* variables'
export const noWebConfigYet =
  'TLS and authentication are not supported yet; put a reverse proxy in front, or listen on 127.0.0.1'
export const noReloadYet = 'reloading is not supported yet; restart to change the configuration'
