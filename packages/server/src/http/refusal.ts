import { TRACE_HEADER } from './trace-id.ts';

/** What is refused before OAuth sees it. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 408 | 413 | 414 | 415 | 431 | 500 | 501 | 503;
  /** For the client: a fixed text. */
  readonly description: string;
  /** For the log: kebab-case. */
  readonly check: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CODES: Readonly<Partial<Record<Refusal['status'], string>>> = {
  500: 'server_error',
  503: 'temporarily_unavailable',
};

/** In the shape of RFC 6749 5.2, like every other refusal. */
export function refusalBody({ status, description }: Refusal): string {
  return JSON.stringify({ error: CODES[status] ?? 'invalid_request', error_description: description });
}

export function refusalHeaders(refusal: Refusal, traceId: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    [TRACE_HEADER]: traceId,
    ...refusal.headers,
  };
}
