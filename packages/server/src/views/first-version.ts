import type { RenderedPage } from './views.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);

/** A heading and a form, until the templates are here. */
export function plainPage(
  status: number,
  title: string,
  action: string | null,
  fields: Readonly<Record<string, string | readonly string[]>>,
): RenderedPage {
  const inputs = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => `<input name="${escape(name)}" value="${escape(value)}">`),
  );
  const form =
    action === null
      ? ''
      : `<form method="post" action="${escape(action)}">${inputs.join('')}<button>OK</button></form>`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
    html: `<!doctype html><title>${escape(title)}</title><h1>${escape(title)}</h1>${form}`,
  };
}
