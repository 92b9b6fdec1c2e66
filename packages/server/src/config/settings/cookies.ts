import type { Setting } from '../setting.ts';
import { filledText, flag, oneOf, textLike, whole } from '../value-types.ts';

/** RFC 2616 2.2: any CHAR except CTLs and separators. */
const token = textLike(
  /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/,
  "a name of letters, digits and !#$%&'*+-.^_`|~ (RFC 2616 token)",
);
const domain = textLike(/^[A-Za-z0-9.-]+$/, 'a host name');
const cookiePath = textLike(/^\/[\x21-\x3a\x3c-\x7e]*$/, 'a path that starts with /');
const sameSite = oneOf('Strict', 'Lax', 'None');

interface CookieNames {
  readonly key: string;
  readonly what: string;
  readonly reference: string;
  readonly alias?: string;
}

const cookie = ({ key, what, reference, alias }: CookieNames): readonly Setting[] => [
  {
    key: `${key}.name`,
    type: token,
    meaning: `Name of the cookie ${what}. Left out, it gets the prefix \`__Host-\` on https, as long as no path and domain are set either.`,
    reference,
    ...(alias === undefined ? {} : { alias: { key: alias } }),
  },
  { key: `${key}.domain`, type: domain, meaning: 'Its domain; left out, this host alone.' },
  { key: `${key}.path`, type: cookiePath, meaning: 'Its path.' },
  {
    key: `${key}.secure`,
    type: flag,
    meaning: 'Whether it is sent over https alone; left out, yes unless the issuer is plain http.',
  },
  { key: `${key}.httpOnly`, type: flag, meaning: 'Whether scripts cannot see it.' },
  { key: `${key}.sameSite`, type: sameSite, meaning: 'Whether it comes along from other sites.' },
];

/** The two cookies of a browser. */
export const COOKIE_SETTINGS: readonly Setting[] = [
  ...cookie({
    key: 'login.cookie',
    what: 'of a signed-in owner',
    reference: 'resourceOwnerCookieName',
    alias: 'authorize.ownerCookie.name',
  }),
  ...cookie({
    key: 'authorize.sessionCookie',
    what: 'that binds a pending request to its browser',
    reference: 'Authorization Session Cookie',
  }),
  {
    key: 'authorize.sessionCookie.ttlSeconds',
    type: whole(60, 86_400),
    unit: 's',
    meaning: 'Life of that cookie.',
    reference: 'Authorization Session Cookie',
  },
  {
    key: 'login.repository',
    type: filledText,
    meaning: 'Accepted for mapping; owners are in the configuration, or behind the hook `authenticateOwner`.',
    reference: 'Local User Store',
    effect: 'none',
  },
];
