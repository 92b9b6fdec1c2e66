import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entropy } from '@gatehouse/core';
import { commonHeaders } from './respond.ts';
import { newTraceId } from './trace-id.ts';

/** What whoever watches over the process may know before it serves: it lives, and wants no requests yet. */
const ANSWERS: ReadonlyMap<string, readonly [status: number, word: string]> = new Map([
  ['/health/live', [200, 'live']],
  ['/health/ready', [503, 'not ready']],
]);

/** @returns whether the request was a probe, and has its answer */
export type EarlyProbe = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/**
 * Answers probes while the store is waited for, which may take a minute: were they to wait as other requests do, a
 * process that is well would be ended and begin to wait anew.
 */
export function createEarlyProbe(mountPath: string, entropy: Entropy): EarlyProbe {
  return ({ method, url = '' }, outgoing) => {
    const path = url.startsWith(`${mountPath}/`) ? url.slice(mountPath.length) : url;
    const answer = method === 'GET' || method === 'HEAD' ? ANSWERS.get(path) : undefined;
    if (!answer) return false;
    const [status, word] = answer;
    const body = JSON.stringify({ status: word });
    outgoing.writeHead(status, {
      ...commonHeaders(newTraceId(entropy)),
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Content-Length': body.length,
    });
    outgoing.end(method === 'HEAD' ? undefined : body);
    return true;
  };
}
