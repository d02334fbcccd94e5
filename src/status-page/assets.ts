import { createHash } from 'node:crypto'

/** The only style of the page: its hash is in the policy, so no other style applies. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --line: #d5dae1; --text: #1b2027; --soft: #56606d;
  --link: #0a4fb5; --ok: #14682f; --ok-back: #e3f4e8; --warn: #7a4a00; --warn-back: #fdf0d5; --bad: #a11a1f; --bad-back: #fde8e8 }
@media (prefers-color-scheme: dark) {
  :root { --page: #12151a; --card: #1b2027; --line: #3a424d; --text: #e7eaee; --soft: #a6b0bc;
    --link: #8ab8ff; --ok: #7fd89a; --ok-back: #16301f; --warn: #f0c069; --warn-back: #382a10; --bad: #ff9d9d; --bad-back: #431c1e }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.35rem; margin: 0 }
h2 { font-size: 1.15rem; margin: 0 }
h3 { font-size: 1rem; margin: 0 }
p { margin: .3rem 0 }
a { color: var(--link) }
.top { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; margin-bottom: 1rem }
.top p { margin: 0 }
.soft { color: var(--soft); font-size: .9rem }
section { margin: 0 0 1.5rem }
.summary { border: 1px solid; border-left-width: .4rem; border-radius: .5rem; padding: .8rem 1rem }
.summary ul { margin: .4rem 0 0; padding-left: 1.2rem }
.summary li { margin: .35rem 0 }
.summary .soft { color: inherit }
.summary a { color: inherit }
.ok { color: var(--ok); background: var(--ok-back); border-color: var(--ok) }
.warn { color: var(--warn); background: var(--warn-back); border-color: var(--warn) }
.bad { color: var(--bad); background: var(--bad-back); border-color: var(--bad) }
.badge { display: inline-block; padding: .05rem .6rem; border: 1px solid; border-radius: 1rem; font-size: .85rem; font-weight: 600;
  white-space: nowrap }
.bar { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: .5rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(8.5rem, 100%), 1fr)); gap: .5rem 1rem; margin: .6rem 0 }
dt { color: var(--soft); font-size: .85rem }
dd { margin: 0 }
dd span { display: block }
.failure p::first-letter { text-transform: uppercase }
.failure { margin: .5rem 0; padding: .5rem .8rem; border-left: .25rem solid }
summary { cursor: pointer; padding: .25rem 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--soft); white-space: nowrap }
td { white-space: nowrap }
td.words { white-space: normal; min-width: 14rem; width: 100% }
.plain { overflow-wrap: break-word }
.plain th, .plain td { white-space: normal }
.plain th:last-child, .plain td:last-child { padding-right: 0 }
.plain a { overflow-wrap: anywhere }
.plain td span { display: block }
.number { text-align: right }
.failed { color: var(--bad) }
meter { display: block; width: 100%; max-width: 16rem; height: .9rem }
footer ul { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; list-style: none; padding: 0; margin: .4rem 0 }
footer li a, .nav a { display: inline-block; padding: .25rem 0 }
:focus-visible { outline: .15rem solid var(--link); outline-offset: .1rem }
`

// Keeps opened and closed parts, and the choice, when the page reloads. The page works without it.
export const SCRIPT = `
(() => {
  const read = (key) => { try { return JSON.parse(sessionStorage.getItem(key)) } catch { return null } }
  const write = (key, value) => { try { sessionStorage.setItem(key, JSON.stringify(value)) } catch {} }
  const key = 'open' + location.pathname + location.search
  const changed = read(key) ?? {}
  for (const part of document.querySelectorAll('details[id]')) {
    const usual = part.open
    if (part.id in changed) part.open = changed[part.id]
    part.addEventListener('toggle', () => {
      if (part.open === usual) delete changed[part.id]
      else changed[part.id] = part.open
      write(key, changed)
    })
  }
  const box = document.getElementById('reload')
  box.checked = read('reload') ?? true
  box.addEventListener('change', () => write('reload', box.checked))
  box.parentElement.hidden = false
  const loaded = Date.now()
  setInterval(() => {
    const busy = document.hidden || String(getSelection()) !== ''
    if (box.checked && !busy && Date.now() - loaded >= 60000) location.reload()
  }, 1000)
})()
`

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Allows this style and this script, and nothing else: no request, no form, no frame. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  // An empty icon, so that browsers do not request one.
  'img-src data:',
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
