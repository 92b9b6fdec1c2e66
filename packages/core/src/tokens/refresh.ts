import type { Client } from '../client/client.ts';
import type { RefreshState } from '../grants/grant.ts';
import type { RefreshMode, TokenSettings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Basis, Granted } from './granted.ts';
import { keyOf, makeRefreshToken } from './handle.ts';
import type { Confirmation } from './token-data.ts';

/** The refresh token an issue gives: its handle for the client, its state for the grant. */
export interface RefreshMade {
  readonly handle: string;
  readonly state: RefreshState;
}

/** Preserving makes sense on a refresh only; a client that may not refresh gets nothing to refresh with. */
export function refreshMode(
  context: ServerContext,
  settings: TokenSettings,
  { basis, client, grantType }: Granted,
): RefreshMode {
  // RFC 6749 4.2.2: the authorization server MUST NOT issue a refresh token there, whatever the settings say.
  if (grantType === 'implicit') return 'none';
  if (basis.kind === 'refresh') {
    const { mode } = settings.refreshToken;
    // RFC 9700 4.14.2: a public client's refresh token is rotated, or its theft is never seen.
    return mode === 'preserve' && client.type === 'public' ? 'new' : mode;
  }
  if (basis.kind === 'none' || basis.kind === 'existing' || settings.refreshToken.mode === 'none') return 'none';
  const usable = context.settings.enabledGrants.has('refresh_token') && client.grantTypes.includes('refresh_token');
  return usable ? 'new' : 'none';
}

interface RefreshParts {
  readonly basis: Basis;
  readonly client: Pick<Client, 'type'>;
  readonly cnf: Confirmation | null;
  readonly endsAt: Instant;
  readonly mode: RefreshMode;
  readonly now: Instant;
}

export function makeRefresh(
  context: ServerContext,
  settings: TokenSettings,
  { basis, client, cnf, endsAt, mode, now }: RefreshParts,
): RefreshMade | null {
  if (basis.kind === 'none' || basis.kind === 'existing') return null;
  const before = basis.kind === 'new' ? null : basis.grant.state.refresh;
  if (mode === 'preserve' && basis.kind === 'refresh' && before) return { handle: basis.handle, state: before };
  const generation = (before?.generation ?? 0) + 1;
  const handle = makeRefreshToken(context.runtime.entropy, settings.refreshToken.length, basis.family, generation);
  return {
    handle,
    state: {
      generation,
      current: keyOf('refresh_hash', handle),
      previous: before?.current ?? null,
      expiresAt: Math.min(now + settings.refreshToken.ttlSeconds * 1000, endsAt),
      sealed: null,
      until: now,
      // RFC 8705 4: nothing else binds a refresh token of a client that cannot prove itself.
      ...(cnf && client.type === 'public' ? { cnf: cnf['x5t#S256'] } : {}),
    },
  };
}
