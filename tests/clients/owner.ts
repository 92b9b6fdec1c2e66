/** The person at the browser, without one: follows redirects, fills in the forms of our pages, stops at the client. */
export interface Owner {
  /** Opens an authorization URL, signs in and allows. @returns where the browser is sent: the client's redirect URI */
  authorize(url: string | URL): Promise<URL>;
  /** The same; of a client without a redirect URI (out of band) the code is on the last page. */
  allow(url: string | URL): Promise<{ readonly at: URL; readonly code: string | null }>;
}

export function anOwner(username = 'sampleuser', password = 'changeme'): Owner {
  const cookies = new Map<string, string>();

  async function send(url: URL, form?: URLSearchParams): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '), accept: 'text/html' },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  async function allow(start: string | URL): Promise<{ readonly at: URL; readonly code: string | null }> {
    const origin = new URL(start).origin;
    let at = new URL(start);
    let response = await send(at);
    for (let hops = 0; hops < 12; hops++) {
      const location = response.headers.get('location');
      if (location !== null) {
        at = new URL(location, at);
        if (at.origin !== origin) return { at, code: null };
        response = await send(at);
        continue;
      }
      const html = await response.text();
      const code = /<code id="code"[^>]*>([0-9A-Za-z]+)</.exec(html)?.[1];
      if (code !== undefined) return { at, code };
      const { action, fields } = readForm(html);
      if (fields.has('UserName')) {
        fields.set('UserName', username);
        fields.set('Passwd', password);
      } else fields.set('decision', 'allow');
      at = new URL(action, at);
      response = await send(at, fields);
    }
    throw new Error(`The pages led nowhere; the last was ${at.pathname}.`);
  }

  return { allow, authorize: async (start) => (await allow(start)).at };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : decode(value);
};

/** The page's one form that goes on: its action and fields, every box ticked. */
function readForm(html: string): { action: string; fields: URLSearchParams } {
  const forms = [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form);
  const form = forms.find((text) => /name="(UserName|interaction)"/.test(text));
  if (!form)
    throw new Error(
      `There is no form to go on with: ${html
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .slice(0, 400)}`,
    );
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name !== undefined) fields.append(name, attribute(tag, 'value') ?? 'on');
  }
  return { action: attribute(/<form\b[^>]*>/.exec(form)?.[0] ?? '', 'action') ?? '', fields };
}
