const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

// Embeddings, overrides and isolates: a name that holds them would turn round the sentence it stands in.
const TURNS_TEXT_ROUND = /[\u202A-\u202E\u2066-\u2069]/g;

/** Outside text, good in element content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(TURNS_TEXT_ROUND, '').replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/** A path of ours, a web address or the private scheme of a native client; anything that could run is emptied. */
export function escapeUrl(url: string): string {
  const scheme = /^[\s\p{Cc}]*([^:/?#]*):/u.exec(url)?.[1];
  const runs = scheme !== undefined && !/^(https?|[a-z][a-z\d+-]*\.[a-z\d+.-]+)$/i.test(scheme);
  return runs ? '' : escapeHtml(url);
}
