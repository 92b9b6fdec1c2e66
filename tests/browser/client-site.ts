import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer that reached the client: parameters of the query, or of the form that was posted. */
export interface Answer {
  readonly method: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

/** Another site, on `http://127.0.0.1`: to a browser it has nothing in common with `http://localhost`. */
export interface ClientSite {
  readonly origin: string;
  readonly callback: string;
  /** Everything that arrived at the callback, in order. */
  readonly answers: Answer[];
  /** A page of this site with the given body; anyone may open it. */
  pageWith(html: string): string;
  close(): Promise<void>;
}

export async function startClientSite(): Promise<ClientSite> {
  const answers: Answer[] = [];
  const pages = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://client.invalid');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    if (url.pathname !== '/callback') {
      const page = pages.get(url.pathname);
      response.writeHead(page === undefined ? 404 : 200).end(document(page ?? 'Not here'));
      return;
    }
    let body = '';
    for await (const piece of request) body += piece;
    const parameters = Object.fromEntries(request.method === 'POST' ? new URLSearchParams(body) : url.searchParams);
    answers.push({ method: request.method ?? '', parameters, headers: request.headers });
    response.end(document('<h1 id="arrived">Back at the client</h1>'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    callback: `${origin}/callback`,
    answers,
    pageWith(html) {
      const path = `/page-${pages.size}`;
      pages.set(path, html);
      return origin + path;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function document(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>The client</title><body>${body}</body></html>`;
}
