import type { CookieRecipe } from './cookies.ts';

/** The two cookies a browser gets from this server. */
export interface CookieRecipes {
  readonly owner: CookieRecipe;
  readonly browser: CookieRecipe;
}

/** What an operator said about a cookie. */
export interface CookieSettings {
  readonly name?: string;
  readonly domain?: string;
  readonly path?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
}

export interface CookieNeeds {
  readonly issuer: string;
  readonly owner?: CookieSettings;
  readonly browser?: CookieSettings & { readonly ttlSeconds?: number };
  /** Whether name, domain or path were chosen, so that no prefix may be put before the name. */
  readonly chosen: { readonly owner: boolean; readonly browser: boolean };
}

function recipe(
  settings: CookieSettings,
  defaults: CookieRecipe,
  { https, chosen }: { readonly https: boolean; readonly chosen: boolean },
): CookieRecipe {
  // Python's cookie jar and Safari never send a Secure cookie back over plain HTTP, not even on loopback (R34).
  const secure = settings.secure ?? https;
  const name = settings.name ?? defaults.name;
  const domain = settings.domain ?? defaults.domain;
  const path = settings.path ?? defaults.path;
  return {
    // RFC 6265bis 4.1.3.2: with the prefix no sibling host can set one of this name; it demands Secure, path / and no domain.
    name: https && secure && !chosen && domain === null && path === '/' ? `__Host-${name}` : name,
    domain,
    path,
    secure,
    httpOnly: settings.httpOnly ?? defaults.httpOnly,
    sameSite: settings.sameSite ?? defaults.sameSite,
    maxAgeSeconds: defaults.maxAgeSeconds,
  };
}

const OWNER: CookieRecipe = {
  name: 'VIDUSR',
  domain: null,
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
  // The session's end is the server's to know; a browser that closes forgets it anyway.
  maxAgeSeconds: null,
};

const BROWSER: CookieRecipe = { ...OWNER, name: 'VIDTXN', sameSite: 'Strict' };

export function cookieRecipes(needs: CookieNeeds): CookieRecipes {
  const https = needs.issuer.startsWith('https:');
  return {
    owner: recipe(needs.owner ?? {}, OWNER, { https, chosen: needs.chosen.owner }),
    browser: recipe(
      needs.browser ?? {},
      { ...BROWSER, maxAgeSeconds: needs.browser?.ttlSeconds ?? 600 },
      { https, chosen: needs.chosen.browser },
    ),
  };
}
