const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** RFC 8414 2, RFC 9207 2: why a text cannot be the issuer; null where it can. */
export function issuerFault(issuer: string, allowHttp: boolean): string | null {
  if (!URL.canParse(issuer))
    return `is ${JSON.stringify(issuer)}; it is the https URL under which clients reach this server`;
  const url = new URL(issuer);
  if (/[?#]/.test(issuer)) return 'has a query or fragment, which an issuer has not';
  if (url.username !== '' || url.password !== '') return 'has a user or password, which an issuer has not';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return `begins with ${url.protocol}, not https:`;
  return allowHttp || LOOPBACK.has(url.hostname)
    ? null
    : 'is plain http and not on loopback; tokens would travel in the clear. Use https, or allow http for development';
}
