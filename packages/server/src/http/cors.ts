import type { Client, ClientDirectory, Clock } from '@gatehouse/core';

/** Which origins' scripts may read an answer. */
export interface CorsPolicy {
  /** Before a client is known: whether scripts of this origin may call at all. */
  mayCall(origin: string): Promise<boolean>;
  /** Whether a client's answer may be read by scripts of this origin. */
  mayRead(origin: string, clientId: string | null): Promise<boolean>;
}

/** An origin as browsers send it; `null` is every sandboxed page's and nobody's (SEC-59). */
function isOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin;
}

const registered = (client: Client, origin: string): boolean =>
  client.enabled && (client.corsOrigins.includes(origin) || client.corsOrigins.includes('*'));

export interface CorsOptions {
  readonly directory: ClientDirectory;
  /** The clients that can be listed. */
  readonly listed: () => AsyncIterable<Client> | Iterable<Client>;
  readonly clock: Clock;
  /** Seconds for which a list is good: whoever asks cannot have the store read again with each question. */
  readonly listSeconds: number;
}

/** By the origins that clients register. */
export function corsOfClients({ directory, listed, clock, listSeconds }: CorsOptions): CorsPolicy {
  let known: { readonly origins: Promise<ReadonlySet<string>>; readonly until: number } | null = null;

  const read = async (): Promise<ReadonlySet<string>> => {
    const origins = new Set<string>();
    for await (const client of listed())
      if (client.enabled) for (const origin of client.corsOrigins) origins.add(origin);
    return origins;
  };
  const origins = (): Promise<ReadonlySet<string>> => {
    const now = clock.now();
    if (known && now < known.until) return known.origins;
    const reading = read();
    known = { origins: reading, until: now + listSeconds * 1000 };
    reading.catch(() => {
      known = null;
    });
    return reading;
  };

  return {
    async mayCall(origin) {
      if (!isOrigin(origin)) return false;
      const all = await origins();
      return all.has(origin) || all.has('*');
    },
    async mayRead(origin, clientId) {
      if (clientId === null || !isOrigin(origin)) return false;
      // The answer is given already, and is not lost to a directory that does not answer now.
      const client = await directory.find(clientId).catch(() => undefined);
      return client !== undefined && registered(client, origin);
    },
  };
}

const FORM = 'application/x-www-form-urlencoded';

/** The client a request names, believed only for what a script may read of an answer that was given anyway. */
export function claimedClient(headers: { get(name: string): string | null }, body: string): string | null {
  const basic = /^basic +([A-Za-z0-9+/=]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (basic !== undefined) {
    const name = Buffer.from(basic, 'base64').toString('utf8').split(':', 1)[0] ?? '';
    try {
      return decodeURIComponent(name.replaceAll('+', ' '));
    } catch {
      return null;
    }
  }
  if (!(headers.get('content-type') ?? '').toLowerCase().startsWith(FORM)) return null;
  return new URLSearchParams(body).get('client_id');
}

/** Of an answer that scripts of this origin may read. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'X-Trace-Id, Retry-After, WWW-Authenticate',
  };
}

/** Of the question that browsers ask first (a preflight). */
export function preflightHeaders(origin: string, methods: readonly string[]): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    'Access-Control-Max-Age': '600',
  };
}
