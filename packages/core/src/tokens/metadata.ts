import { resolveSelectors } from '../selectors/selector-map.ts';
import type { SelectorSources } from '../selectors/sources.ts';
import type { TokenSettings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { type Granted, hookContext } from './granted.ts';

/** Headers that hold credentials: what is stored with a token is read by others. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * What is stored with a token besides the facts of OAuth (AX-43, AX-44, AX-47, AX-77): the code's metadata, then the
 * token's settings, which win on equal names, then the hook's.
 */
export async function tokenMetadata(
  context: ServerContext,
  granted: Granted,
  settings: TokenSettings,
  now: Instant,
): Promise<Record<string, string>> {
  const { basis } = granted;
  const inherited = basis.kind === 'none' ? {} : basis.kind === 'new' ? basis.data.metadata : basis.grant.data.metadata;
  const hooked = await context.hooks.addMetadata?.({ ...hookContext(granted), scope: granted.scope });
  return { ...inherited, ...resolveSelectors(settings.accessToken.metadata, selectorSources(granted, now)), ...hooked };
}

/** What selectors may read while something is granted or issued. */
export function selectorSources(
  { basis, client, http, owner, request, requestedScope, scope }: Granted,
  now: Instant,
): SelectorSources {
  return {
    now,
    client,
    subject: owner?.subject ?? null,
    ...(basis.kind === 'code' ? { code: basis.grant } : {}),
    request: {
      method: http.method,
      path: http.url.pathname,
      header: (name) => (CREDENTIALS.has(name.toLowerCase()) ? null : http.headers.get(name)),
      parameter: (name) => (Object.hasOwn(request, name) ? request[name] : undefined),
    },
    scopes: { requested: requestedScope, granted: scope },
  };
}
