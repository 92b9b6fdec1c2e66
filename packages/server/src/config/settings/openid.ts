import type { Setting } from '../setting.ts';
import { flag, pairs, secrets, text, textLike, whole } from '../value-types.ts';

/** ID tokens, UserInfo and what describes them. */
export const OPENID_SETTINGS: readonly Setting[] = [
  {
    key: 'idToken.keys',
    type: secrets,
    meaning:
      'Private keys, PEM, that ID tokens are signed with: RSA for RS256, P-256, P-384 and P-521 for ES256, ES384 and ES512, Ed25519 for EdDSA. The first signs, or the first of the algorithm that a client registers; all are in the key set. `gatehouse keys` makes one. Left out: an RSA key of the process where the store ends with the process on this machine, else no OpenID Connect.',
    reference: 'signature, certificate',
  },
  {
    key: 'idToken.retiredKeys',
    type: secrets,
    meaning:
      'Keys, PEM, private or public, that signed before: ID tokens by them are taken as `id_token_hint`, and nobody is shown them.',
  },
  {
    key: 'idToken.ttlSeconds',
    type: whole(1, 86_400),
    unit: 's',
    meaning: 'Life of an ID token.',
    reference: 'expiresIn',
  },
  {
    key: 'idToken.subject',
    type: text,
    meaning: 'Selector of `sub`, in the ID token and at UserInfo; of the request only what both have.',
    reference: 'subject',
  },
  {
    key: 'idToken.issuer',
    type: text,
    meaning:
      'Selector of `iss` of ID tokens, for old clients; left out: the issuer, which `iss` of an authorization response is in any case. Needs `openid.discovery` off.',
    reference: 'issuer',
  },
  {
    key: 'idToken.claims',
    type: pairs,
    meaning: 'More claims of the ID token, each with a selector; those of the protocol stay as they are.',
    reference: 'Additional claims',
  },
  {
    key: 'openid.discovery',
    type: flag,
    meaning: 'Whether `/.well-known/openid-configuration` describes the server.',
  },
  {
    key: 'openid.userInfoPath',
    type: textLike(/^(?:\/[A-Za-z0-9._~-]+)+$/, 'a path such as /api/openid/user_info'),
    meaning: 'Where UserInfo is.',
  },
];
