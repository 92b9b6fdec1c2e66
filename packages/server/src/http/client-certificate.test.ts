import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificateInHeader } from './client-certificate.ts';

/** Read, and judged by nobody here. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUdb5zBYgAp6jZhpUZf+ROfQB8OHUwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFcm9ib3QwHhcNMjYxMTI2MDEwNjE0WhcNMzYxMTIzMDEwNjE0
WjAQMQ4wDAYDVQQDDAVyb2JvdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN0C
4xCamJjQ/83TbnTTXQr0cGjYi5UQx55/pl2FDducTAavOtcU380hiahVU+TgxaUZ
PBwTD53h6Rs/QihGTNKjUzBRMB0GA1UdDgQWBBRj/fqPCfT/Wk88Q64lK4YycHfV
GzAfBgNVHSMEGDAWgBRj/fqPCfT/Wk88Q64lK4YycHfVGzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQCLqPYir/JbCWd1ZdvfspMgZnm6GFG2d0Ho
Vvhhc2oMegIhAJX5b2xo67m+DRjKHgZ8qabvhaFUeqg4CzFFX7U/46kv
-----END CERTIFICATE-----
`;
const der = new X509Certificate(certificate).raw;
const base64 = der.toString('base64');

const RFC = { name: 'Client-Cert', format: 'rfc9440' } as const;
const NGINX = { name: 'X-SSL-Cert', format: 'nginx' } as const;
const shown = (
  format: typeof RFC | typeof NGINX,
  headers: Record<string, string> | [string, string][],
): Buffer | null => {
  const found = certificateInHeader(new Headers(headers), format);
  return found && Buffer.from(found.der);
};

describe('[SEC-129] a certificate in a header', () => {
  it('is read in the form that is configured', () => {
    expect(shown(RFC, { 'Client-Cert': `:${base64}:` })).toEqual(der);
    expect(shown(NGINX, { 'X-SSL-Cert': encodeURIComponent(certificate) })).toEqual(der);
    const headers = new Headers({ 'Client-Cert': `:${base64}:`, 'Client-Cert-Chain': `:${base64}:, :${base64}:` });
    expect(certificateInHeader(headers, RFC)?.chain).toHaveLength(2);
  });

  /** How other proxies write it, how one proxy's form looks in another's header, and how somebody would try to bring two. */
  const forms: readonly (readonly [string, string])[] = [
    ['Envoy’s x-forwarded-client-cert', `By=spiffe://x;Hash=00;Cert="${encodeURIComponent(certificate)}"`],
    ['Apache’s, with spaces for line ends', certificate.replaceAll('\n', ' ')],
    ['HAProxy’s, base64 of the DER alone', base64],
    ['nginx’s older one, with tabs', certificate.replaceAll('\n', '\t')],
    ['in quotes', `"${encodeURIComponent(certificate)}"`],
    ['a byte sequence in quotes', `":${base64}:"`],
    ['escaped twice', encodeURIComponent(encodeURIComponent(certificate))],
    ['two in one PEM', encodeURIComponent(certificate + certificate)],
    ['two of nginx', `${encodeURIComponent(certificate)},${encodeURIComponent(certificate)}`],
    ['text in front of it', encodeURIComponent(`x\n${certificate}`)],
    ['text behind it', encodeURIComponent(`${certificate}x`)],
    ['a key', encodeURIComponent(certificate.replaceAll('CERTIFICATE', 'PRIVATE KEY'))],
    ['with carriage returns', encodeURIComponent(certificate.replaceAll('\n', '\r\n'))],
    ['two byte sequences', `:${base64}:, :${base64}:`],
    ['a byte sequence with parameters', `:${base64}:;a=1`],
    ['one colon', `:${base64}`],
    ['base64url', `:${base64.replaceAll('+', '-').replaceAll('/', '_')}-:`],
    ['a broken escape', '%E0%A4%A'],
    ['PEM in a byte sequence', `:${Buffer.from(certificate).toString('base64')}:`],
    ['nothing', ''],
    ['17 KiB', `:${'A'.repeat(17_000)}:`],
  ];
  it.each(forms)('%s is no certificate for either form', (_, value) => {
    for (const format of [RFC, NGINX]) {
      const found = shown(format, { [format.name]: value });
      // What core cannot read is no certificate there; here it must not become the right one.
      expect(found?.equals(der) ?? false).toBe(false);
    }
  });

  it('under another name, or twice, is none', () => {
    expect(shown(RFC, { Client_Cert: `:${base64}:` })).toBeNull();
    expect(shown(RFC, { 'X-SSL-Cert': `:${base64}:` })).toBeNull();
    expect(
      shown(RFC, [
        ['Client-Cert', `:${base64}:`],
        ['client-cert', `:${base64}:`],
      ]),
    ).toBeNull();
    const escaped = encodeURIComponent(certificate);
    expect(
      shown(NGINX, [
        ['X-SSL-Cert', escaped],
        ['x-ssl-cert', escaped],
      ]),
    ).toBeNull();
  });
});
