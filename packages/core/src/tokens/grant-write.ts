import {
  type Grant,
  type GrantData,
  type GrantState,
  grantLife,
  type RefreshState,
  writeJson,
} from '../grants/grant.ts';
import type { RefreshMode } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Change, NewToken } from '../store/records.ts';
import type { Addition } from '../store/store.ts';
import type { Basis, Granted } from './granted.ts';
import { grantKey } from './handle.ts';
import type { RefreshMade } from './refresh.ts';
import { sealAnswer } from './sealed-answer.ts';

export interface WritePlan {
  readonly token: NewToken;
  readonly refresh: RefreshMade | null;
  readonly mode: RefreshMode;
  readonly now: Instant;
  readonly endsAt: Instant;
  readonly answer: () => string;
}

/** The grant's half of the one write: added, changed, or left alone. */
export function grantWrite(
  context: ServerContext,
  granted: Granted,
  plan: WritePlan,
): { change?: Change; add: readonly Addition[] } {
  const { basis } = granted;
  const { token } = plan;
  switch (basis.kind) {
    case 'none':
      return { add: [token] };
    case 'new': {
      const data = newGrantData(granted, basis, plan.endsAt);
      const state: GrantState = { v: 1, code: basis.code?.state ?? null, refresh: plan.refresh?.state ?? null };
      return {
        add: [
          {
            kind: 'grant',
            key: grantKey(basis.family),
            clientId: granted.client.id,
            subject: granted.owner?.subject ?? null,
            sessionId: basis.sessionId,
            createdAt: plan.now,
            ...grantLife(state, data, token.expiresAt),
            data: writeJson(data),
            state: writeJson(state),
          },
          token,
        ],
      };
    }
    case 'code': {
      const spent = basis.grant.state.code && { ...basis.grant.state.code, spentAt: plan.now };
      return changed(basis.grant, { v: 1, code: spent, refresh: plan.refresh?.state ?? null }, token);
    }
    case 'refresh': {
      const before = basis.grant.state.refresh;
      if (plan.mode === 'preserve' || before === null) return longer(basis.grant, token);
      const sealed = {
        answer: sealAnswer(
          plan.answer(),
          basis.handle,
          basis.grant.register.key,
          context.secrets,
          context.runtime.entropy,
        ),
        request: basis.request,
      };
      const until = plan.now + context.settings.refresh.graceSeconds * 1000;
      const ended: RefreshState = {
        ...before,
        generation: before.generation + 1,
        current: null,
        previous: before.current,
        sealed,
        until,
      };
      const refresh = plan.refresh ? { ...plan.refresh.state, sealed, until } : ended;
      return changed(basis.grant, { ...basis.grant.state, refresh }, token);
    }
    case 'existing':
      return longer(basis.grant, token);
  }
}

function newGrantData(
  { audience, grantType, request, requestedScope, scope }: Granted,
  { code, data }: Basis & { readonly kind: 'new' },
  endsAt: Instant,
): GrantData {
  // What is redeemed and refreshed later goes by the code's settings, whatever went out beside it.
  const origin = code ? 'authorization_code' : grantType;
  const challenge = code?.challenge ?? null;
  return { v: 1, origin, challenge, scope, requestedScope, audience, endsAt, request, ...data };
}

function changed(grant: Grant, state: GrantState, token: NewToken): { change: Change; add: readonly Addition[] } {
  const { key, version } = grant.register;
  return {
    change: {
      kind: 'grant',
      key,
      from: version,
      state: writeJson(state),
      ...grantLife(state, grant.data, token.expiresAt),
    },
    add: [token],
  };
}

/** Issuing never writes the grant unless it must live longer. */
function longer(grant: Grant, token: NewToken): { change?: Change; add: readonly Addition[] } {
  const life = grantLife(grant.state, grant.data, token.expiresAt);
  if (life.expiresAt <= grant.register.expiresAt && life.purgeAt <= grant.register.purgeAt) return { add: [token] };
  return changed(grant, grant.state, token);
}
