/** The person at a browser, seen from the wire: cookies are kept, redirects followed by hand, forms filled in. */
export interface Browser {
  readonly cookies: ReadonlyMap<string, string>;
  /** Every value this browser was ever given that nobody else may learn: cookies, hidden fields. */
  readonly secrets: ReadonlySet<string>;
  get(url: string | URL): Promise<Page>;
  /** Sends the page's form with these fields over its own. */
  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page>;
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where it leads, unopened, when that is not the server. */
  readonly leaves: URL | null;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['#39', "'"],
]);

const text = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES.get(name) ?? '');

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : text(value);
}

/** Action and fields of the page's form that goes on. */
function formOf(page: Page): { readonly action: URL; readonly fields: URLSearchParams } {
  const forms = [...page.html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form);
  const form = forms.find((candidate) => /method="post"/i.test(candidate));
  if (form === undefined) throw new Error(`${page.url.pathname} has no form.`);
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name !== undefined) fields.append(name, attribute(tag, 'value') ?? 'on');
  }
  return { action: new URL(attribute(/<form\b[^>]*>/.exec(form)?.[0] ?? '', 'action') ?? '', page.url), fields };
}

export function openBrowser(): Browser {
  const cookies = new Map<string, string>();
  const secrets = new Set<string>();

  async function go(start: URL, form?: URLSearchParams): Promise<Page> {
    let url = start;
    let body = form;
    for (let hops = 0; hops < 10; hops++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) };
      const response = await fetch(url, { redirect: 'manual', headers, ...(body ? { method: 'POST', body } : {}) });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/max-age=0/i.test(line)) cookies.delete(name);
        else cookies.set(name, value);
        if (value !== '') secrets.add(value);
      }
      const location = response.headers.get('location');
      const leaves = location === null ? null : new URL(location, url);
      if (leaves === null || leaves.origin !== start.origin) {
        const html = await response.text();
        for (const [tag] of html.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
          const name = attribute(tag, 'name');
          if (name === 'form_token' || name === 'interaction') secrets.add(attribute(tag, 'value') ?? '');
        }
        return { url, status: response.status, headers: response.headers, html, leaves };
      }
      await response.arrayBuffer();
      url = leaves;
      body = undefined;
    }
    throw new Error(`${start.pathname} redirects without end.`);
  }

  return {
    cookies,
    secrets,
    get: (url) => go(new URL(url)),
    submit(page, own) {
      const { action, fields } = formOf(page);
      for (const [name, value] of Object.entries(own)) fields.set(name, value);
      return go(action, fields);
    },
  };
}
