import { type EndpointRequest, OAuthError } from '@gatehouse/core';
import type { Context } from 'hono';
import { originOf } from './client-address.ts';
import {
  type CertificateHeader,
  certificateInHeader,
  certificateOfConnection,
  type TlsSocket,
} from './client-certificate.ts';
import type { CookieRecipes } from './cookie-recipes.ts';
import { readCookie } from './cookies.ts';

/** What @hono/node-server hands over beside the request. */
export interface NodeBindings {
  readonly incoming?: {
    readonly rawBody?: Buffer;
    readonly socket?: TlsSocket & { readonly remoteAddress?: string; readonly encrypted?: boolean };
  };
}

export type AppContext = Context<{ Bindings: NodeBindings }>;

/** How a request reached us, before any header is believed. */
export interface Connection {
  readonly address: string;
  readonly scheme: 'http' | 'https';
  readonly clientCertificate?: EndpointRequest['clientCertificate'];
}

export function nodeConnection(c: AppContext): Connection {
  const socket = c.env?.incoming?.socket;
  return {
    address: socket?.remoteAddress ?? '',
    scheme: socket?.encrypted ? 'https' : 'http',
    clientCertificate: certificateOfConnection(socket),
  };
}

export interface RequestReading {
  /** Scheme, host and mount path, believed in place of the request's. */
  readonly base: string;
  readonly cookies: CookieRecipes;
  readonly trustedHops: number;
  readonly bodyLimit: number;
  /** How a trusted proxy hands certificates on; null: none does. */
  readonly certificateHeader: CertificateHeader | null;
  connection(c: AppContext): Connection;
}

// R16: what is not UTF-8 is refused, not mended; a byte order mark is a character like others.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const tooLarge = (limit: number): OAuthError =>
  new OAuthError('invalid_request', 'The body is too large.', {
    check: 'body-size',
    expected: `at most ${limit} bytes`,
    status: 413,
  });

/** The body's bytes: handed over by our edge, else read from the request with its limit. */
async function bodyBytes(c: AppContext, limit: number): Promise<Uint8Array> {
  const raw = c.env?.incoming?.rawBody;
  if (raw) {
    if (raw.length > limit) throw tooLarge(limit);
    return raw;
  }
  if (Number(c.req.raw.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function bodyText(c: AppContext, limit: number): Promise<string> {
  if (c.req.method !== 'POST') return '';
  const bytes = await bodyBytes(c, limit);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new OAuthError('invalid_request', 'The body is not UTF-8.', { check: 'body-utf-8' });
  }
}

/** Everything after scheme and host. */
function searchOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}

/**
 * Reduces an HTTP request to what OAuth reads.
 * @throws OAuthError `invalid_request` for a body that is too large (413) or not UTF-8
 */
export async function endpointRequest(
  c: AppContext,
  path: string,
  traceId: string,
  { base, bodyLimit, certificateHeader, connection, cookies, trustedHops }: RequestReading,
): Promise<EndpointRequest> {
  const { headers } = c.req.raw;
  const cookie = headers.get('cookie');
  const direct = connection(c);
  // SEC-129: a header counts from a trusted proxy alone, and never beside a certificate of the connection itself.
  const forwarded =
    trustedHops > 0 && certificateHeader?.from(direct.address) ? certificateInHeader(headers, certificateHeader) : null;
  return {
    method: c.req.method,
    url: new URL(base + path + searchOf(c.req.url)),
    headers,
    body: await bodyText(c, bodyLimit),
    clientAddress: originOf(headers, direct, trustedHops).address,
    clientCertificate: direct.clientCertificate ?? forwarded,
    traceId,
    ownerCookie: readCookie(cookie, cookies.owner.name),
    browserCookie: readCookie(cookie, cookies.browser.name),
  };
}
