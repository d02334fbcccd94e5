// prom-client's default metrics one by one: its types cover only all of them together.
declare module 'prom-client/lib/metrics/*.js' {
  import type { Registry } from 'prom-client'

  const register: (registry: Registry) => void
  export default register
}
