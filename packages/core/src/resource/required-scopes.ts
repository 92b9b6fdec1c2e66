import { resolveSelectorList } from '../selectors/selector-map.ts';
import type { SelectorSources } from '../selectors/sources.ts';
import type { ResourceSettings } from '../server/config.ts';
import type { Hooks } from '../server/hooks.ts';

/** What a resource wants for a request: the hook's word where there is one, else the list, selectors filled in (AX-129, AX-130). */
export async function requiredScopes(
  settings: ResourceSettings,
  hooks: Pick<Hooks, 'requiredScopes'>,
  sources: SelectorSources,
): Promise<readonly string[]> {
  const { request } = sources;
  if (hooks.requiredScopes && request) return hooks.requiredScopes({ method: request.method, path: request.path });
  return resolveSelectorList(settings.scopes.list, sources);
}

/** AX-128. Any: one of them at least. All: each of them; more do no harm. Nothing wanted: nothing is missing. */
export function scopesSuffice(
  held: readonly string[],
  wanted: readonly string[],
  match: ResourceSettings['scopes']['match'],
): boolean {
  if (wanted.length === 0) return true;
  const has = (scope: string): boolean => held.includes(scope);
  return match === 'all' ? wanted.every(has) : wanted.some(has);
}

/** The reference system's wording, word for word (parity.md 1.7). */
export function scopeMessage(wanted: readonly string[], match: ResourceSettings['scopes']['match']): string {
  return `Scopes must match ${match === 'all' ? 'All' : 'Any'} of these scopes:${wanted.join(' ')}`;
}
