import type { TokenSettings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import { type Granted, hookContext } from './granted.ts';

/**
 * What is stored with a token besides the facts of OAuth (AX-43, AX-44, AX-47, AX-77): the code's metadata, then the
 * token's settings, which win on equal names, then the hook's.
 */
export async function tokenMetadata(
  context: ServerContext,
  granted: Granted,
  settings: TokenSettings,
): Promise<Record<string, string>> {
  const { basis } = granted;
  const inherited = basis.kind === 'none' ? {} : basis.kind === 'new' ? basis.data.metadata : basis.grant.data.metadata;
  const hooked = await context.hooks.addMetadata?.({ ...hookContext(granted), scope: granted.scope });
  return { ...inherited, ...settings.accessToken.metadata, ...hooked };
}
