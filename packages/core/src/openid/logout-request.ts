import { withQuery } from '../authorize/delivery.ts';
import type { Client } from '../client/client.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { matchRedirectUri } from '../oauth/redirect-uri.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { clientOfHint, type Hint, readHint } from './id-token-hint.ts';
import { speaksOpenid } from './id-token-signer.ts';

/** What a client asks for when it signs an owner out (OpenID Connect RP-Initiated Logout 2). */
export interface LogoutRequest {
  readonly client: Client | null;
  /** Whose sign-out it is, by a valid ID token; null: nobody has said. */
  readonly hint: Hint | null;
  /** Where the browser goes then; null: it stays here. */
  readonly target: string | null;
  /** The parameters that ask for it once more, for the page that asks the owner. */
  readonly fields: Readonly<Record<string, string>>;
}

const NOBODYS: LogoutRequest = { client: null, hint: null, target: null, fields: {} };
const FIELDS = ['client_id', 'post_logout_redirect_uri', 'state', 'id_token_hint'] as const;

/**
 * Judges them before anybody is signed out. Where a client or an address is in doubt the browser is sent nowhere.
 * @throws OAuthError `invalid_request`, to be shown on a page
 */
export async function readLogoutRequest(context: ServerContext, form: Form, now: Instant): Promise<LogoutRequest> {
  if (!speaksOpenid(context)) return NOBODYS;
  const text = form.get('id_token_hint');
  const id = form.get('client_id') ?? (text === undefined ? undefined : clientOfHint(context, text));
  const client = id === undefined ? null : await knownClient(context, id);
  const hint = text === undefined || !client ? null : await readHint(context, text, client, now);
  const target = targetOf(form, client);
  const fields = FIELDS.flatMap((name) => {
    const value = name === 'client_id' ? client?.id : form.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { client, hint, target, fields: Object.fromEntries(fields) };
}

async function knownClient({ clients, settings }: ServerContext, id: string): Promise<Client> {
  const client = Buffer.byteLength(id) > settings.limits.clientId ? undefined : await clients.find(id);
  if (client?.id === id && client.enabled) return client;
  throw new OAuthError('invalid_request', 'The client is not known here, or is disabled.', { check: 'client-known' });
}

/** RP-Initiated Logout 3: only an address that this client has registered, with the state that came along. */
function targetOf(form: Form, client: Client | null): string | null {
  const uri = form.get('post_logout_redirect_uri');
  if (uri === undefined) return null;
  if (!client || !matchRedirectUri(client.postLogoutRedirectUris, uri))
    throw new OAuthError('invalid_request', 'The post_logout_redirect_uri is not registered for this client.', {
      check: 'post-logout-redirect-uri-registered',
      ...(client ? {} : { expected: 'a client_id or an id_token_hint beside it' }),
    });
  const state = form.get('state');
  return state === undefined ? uri : withQuery(uri, [['state', state]]);
}
