const asHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Forms in which responses repeat the token. */
export const tokenForms: Record<string, (token: string) => string> = {
  'as it is': (token) => token,
  'in capitals': (token) => token.toUpperCase(),
  'URL-encoded': encodeURIComponent,
  'URL-encoded in every character': (token) =>
    [...token].map((character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
  'URL-encoded twice': (token) => encodeURIComponent(encodeURIComponent(token)),
  'as in JSON': (token) => JSON.stringify(token).slice(1, -1),
  'as PHP writes JSON': (token) => JSON.stringify(token).slice(1, -1).replaceAll('/', '\\/'),
  'as in JSON within JSON': (token) => JSON.stringify(JSON.stringify(token)).slice(3, -3),
  'as in JSON in every character': (token) =>
    [...token].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'as in HTML': asHtml,
  'as in HTML in every character': (token) =>
    [...token].map((character) => `&#${character.charCodeAt(0)};`).join(''),
  'as in HTML within HTML': (token) => asHtml(asHtml(token)),
}
