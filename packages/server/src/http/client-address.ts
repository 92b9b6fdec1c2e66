/** The headers of a request, whatever holds them. */
export interface HeaderSource {
  get(name: string): string | null;
}

/** Who is at the other end, and over what. */
export interface Origin {
  readonly address: string;
  readonly scheme: 'http' | 'https';
}

const listed = (header: string | null): readonly string[] =>
  header === null ? [] : header.split(',').map((entry) => entry.trim());

/** `[::1]:8080`, `10.0.0.1:8080` and `::1` alike, as an address. */
function bare(entry: string): string {
  const bracketed = /^\[([0-9A-Fa-f:.%]+)\](?::\d+)?$/.exec(entry)?.[1];
  return bracketed ?? (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(entry) ? entry.slice(0, entry.lastIndexOf(':')) : entry);
}

/**
 * The n-th entry from the right was written by the n-th trusted proxy; what stands before it anybody can have written
 * (SEC-44). With 0 hops the headers do not count at all.
 */
function saidByHop<T extends string>(header: string | null, hops: number, own: T): string {
  const chain = listed(header);
  return chain[Math.max(0, chain.length - hops)] ?? own;
}

/** What the connection says, or the trusted proxies in front of it. */
export function originOf(
  headers: HeaderSource,
  connection: { readonly address: string; readonly scheme: 'http' | 'https' },
  trustedHops: number,
): Origin {
  if (trustedHops === 0) return connection;
  const scheme = saidByHop(headers.get('x-forwarded-proto'), trustedHops, connection.scheme).toLowerCase();
  return {
    address: bare(saidByHop(headers.get('x-forwarded-for'), trustedHops, connection.address)),
    scheme: scheme === 'https' ? 'https' : 'http',
  };
}
