import type { IncomingMessage } from 'node:http';
import type { Limits } from '@gatehouse/core';
import type { Refusal } from './refusal.ts';

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY']);

export function mayHaveBody(method: string): boolean {
  return METHODS_WITH_BODY.has(method);
}

/** Bytes of all names and values, with what stands between them on the wire. */
function headerBytes(raw: readonly string[]): number {
  let bytes = 0;
  for (let i = 0; i < raw.length; i += 2) bytes += (raw[i]?.length ?? 0) + (raw[i + 1]?.length ?? 0) + 4;
  return bytes;
}

function hosts(raw: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.length === 4 && raw[i]?.toLowerCase() === 'host') count++;
  return count;
}

// Segments that a URL parser takes away, plain or encoded: what a proxy was told of one path must not reach another.
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** Whether the target is a path as it stands, in the form for servers or in the one for proxies (RFC 9112 3.2). */
function isPath(target: string, method: string | undefined): boolean {
  if (target === '*') return method === 'OPTIONS';
  if (!target.startsWith('/') && !/^https?:\/\//i.test(target)) return false;
  const [path = ''] = pathOf(target).split('?', 1);
  return !path.includes('\\') && !DOT_SEGMENT.test(path);
}

/**
 * Whether the body's length is read by everybody in one way (RFC 9112 6.1): `chunked`, once and alone, and not of
 * HTTP/1.0, which does not know it.
 */
function isFramedOnce({ headers, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersion === '1.1');
}

/** Holds a request's head against the limits of security.md 1.1, before any work is done for it; null: it may go on. */
export function refuseHead(incoming: IncomingMessage, limits: Limits): Refusal | null {
  const target = incoming.url ?? '';
  if (target.length + (incoming.method?.length ?? 0) + 10 > limits.requestLine)
    return { status: 414, description: 'The URL is too long.', check: 'request-line' };
  const raw = incoming.rawHeaders;
  if (headerBytes(raw) > limits.headers)
    return { status: 431, description: 'The headers are too large.', check: 'headers-size' };
  // RFC 9112 3.2: a server answers a request with more than one Host line with 400.
  if (hosts(raw) !== 1)
    return { status: 400, description: 'The request must have one Host header.', check: 'one-host' };
  if (!isFramedOnce(incoming))
    return { status: 400, description: 'The only transfer coding is chunked.', check: 'transfer-coding' };
  if (!isPath(target, incoming.method))
    return { status: 400, description: 'The request target is not a path.', check: 'request-target' };
  // Nothing here decompresses: a few bytes must not become many.
  const encoding = incoming.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return { status: 415, description: 'Encoded bodies are not accepted.', check: 'content-encoding' };
  return null;
}

/** Path and query of whatever form the target has; scheme and host are never believed. */
export function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}
