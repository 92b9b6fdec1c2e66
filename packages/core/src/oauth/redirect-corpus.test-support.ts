/** Ways to say nearly the same URI (security.md 2.1): none of them may pass for it. */

export const REGISTERED = 'https://client.example/cb';

export const NEARLY: readonly string[] = [
  // Path tricks.
  'https://client.example/cb/..;/x',
  'https://client.example/..;/cb',
  'https://client.example/x/../cb',
  'https://client.example/./cb',
  'https://client.example/%2e%2e/cb',
  'https://client.example/x/%252e%252e/cb',
  'https://client.example\\cb',
  'https:\\\\client.example\\cb',
  'https://client.example//cb',
  '//client.example/cb',
  'https:/client.example/cb',
  'https:client.example/cb',
  'https:///client.example/cb',
  'https://client.example/cb/',
  'https://client.example/c%62',
  'https://client.example/CB',
  'https://client.example/c',
  'https://client.example/cbx',
  'https://client.example',
  'https://client.example/',
  '/cb',
  '',
  // Users in the authority.
  'https://evil.test@client.example/cb',
  'https://client.example@evil.test/cb',
  'https://client.example:x@evil.test/cb',
  'https://a@client.example@evil.test/cb',
  'https://@client.example/cb',
  'https://client.example%40evil.test/cb',
  // Ports.
  'https://client.example:443/cb',
  'https://client.example:8443/cb',
  'https://client.example:/cb',
  // Hosts.
  'https://CLIENT.example/cb',
  'https://client.example./cb',
  'https://x.client.example/cb',
  'https://client.example.evil.test/cb',
  'https://xclient.example/cb',
  'https://client%2eexample/cb',
  'https://ｃlient.example/cb',
  'https://сlient.example/cb',
  'https://xn--lient-z4e.example/cb',
  // Schemes.
  'HTTPS://client.example/cb',
  'http://client.example/cb',
  'javascript:https://client.example/cb',
  // Query and fragment.
  'https://client.example/cb?',
  'https://client.example/cb?a=b',
  'https://client.example/cb#',
  'https://client.example/cb#x',
  'https://client.example/cb;x',
  // What a parser may throw away.
  ' https://client.example/cb',
  'https://client.example/cb ',
  '\thttps://client.example/cb',
  'https://client.example/cb\t',
  'https://client.example/cb\r\n',
  'https://client.example/cb\0',
  'https://client.exam\tple/cb',
  'https://client.example/\ncb',
];

export const LOOPBACK = 'http://127.0.0.1/callback';

/** The one freedom: a native client's port (RFC 8252 7.3). */
export const LOOPBACK_PORTS: readonly string[] = [
  'http://127.0.0.1/callback',
  'http://127.0.0.1:1/callback',
  'http://127.0.0.1:80/callback',
  'http://127.0.0.1:49152/callback',
  'http://127.0.0.1:65535/callback',
];

export const NEARLY_LOOPBACK: readonly string[] = [
  'http://127.0.0.1.evil.test/callback',
  'http://127.0.0.1:80.evil.test/callback',
  'http://127.0.0.1:80@evil.test/callback',
  'http://127.0.0.1@evil.test/callback',
  'http://127.0.0.1:/callback',
  'http://127.0.0.1:0/callback',
  'http://127.0.0.1:080/callback',
  'http://127.0.0.1:65536/callback',
  'http://127.0.0.1:99999/callback',
  'http://127.0.0.1:123456/callback',
  'http://127.0.0.1:-1/callback',
  'http://127.0.0.1:8x/callback',
  'http://127.0.0.1:８０/callback',
  'http://127.0.0.1:80/Callback',
  'http://127.0.0.1:80/callback/',
  'http://127.0.0.1:80/callback?x=y',
  'http://127.0.0.1:80/callback#',
  'http://127.0.0.1:80',
  'http://127.0.0.1:80\\callback',
  'https://127.0.0.1:80/callback',
  'HTTP://127.0.0.1:80/callback',
  'http://localhost:80/callback',
  'http://127.0.0.2/callback',
  'http://127.1/callback',
  'http://2130706433/callback',
  'http://0x7f000001/callback',
  'http://0177.0.0.1/callback',
  'http://0.0.0.0/callback',
  'http://[::1]:80/callback',
  'http://[::ffff:127.0.0.1]/callback',
  'http://[0:0:0:0:0:0:0:1]:80/callback',
];
