import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { basicChallenge } from '../oauth/www-authenticate.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant, Key } from '../store/brands.ts';
import { keyOf } from '../tokens/handle.ts';
import type { Client, ClientAuthMethod } from './client.ts';
import { createFailureCounter } from './failure-counter.ts';
import type { AuthMethod, Reading } from './methods/method.ts';
import { none } from './methods/none.ts';
import { secretBasic } from './methods/secret-basic.ts';
import { secretPost } from './methods/secret-post.ts';
import { networkOf } from './network.ts';
import { verifySecret } from './secret-hash.ts';

/** Every way there is. At most one of them may be used by a request (RFC 6749 2.3). */
const METHODS: readonly AuthMethod[] = [secretBasic, secretPost, none];

/** What an unknown client is compared with, so that it costs and answers the same as a wrong secret (R32). */
const NOBODY: Pick<Client, 'type' | 'enabled' | 'secrets' | 'authMethods'> = {
  type: 'confidential',
  enabled: true,
  secrets: [{ hash: `sha256:${'A'.repeat(43)}` }],
  authMethods: ['client_secret_basic', 'client_secret_post'],
};

export interface AuthenticatedClient {
  readonly client: Client;
  /** What it used: `none` where it only named itself. */
  readonly method: ClientAuthMethod;
}

/**
 * Who the client is, by exactly one method (R18). `where`: the place a setting allows credentials in.
 * @throws OAuthError `invalid_client` (401, with a challenge where the header was used), `invalid_request` for two
 * methods or something over its limit, `temporarily_unavailable` (429) while too many failures have it locked
 * @throws StoreError where the clients cannot be read
 */
export async function authenticateClient(
  context: ServerContext,
  request: EndpointRequest,
  form: Form,
  where: 'any' | 'header' | 'body',
): Promise<AuthenticatedClient> {
  const method = chooseMethod(request, form);
  const attempt: Attempt = { context, request, method, at: context.runtime.clock.now() };
  // RFC 7521 4.2.1: who brings a proof that nobody reads is not let in without one.
  if (hasAssertion(form)) throw refuse(attempt, null, 'client-auth-supported', 'a method that this server has');
  if (!method) throw refuse(attempt, null, 'client-auth-present', 'client credentials');
  requireLimits(context, request, form);
  const [first, ...others] = method.read(request, form);
  if (!first) throw refuse(attempt, null, 'client-auth-grammar', `well-formed ${method.name} credentials`);
  requireReadingLimits(context, [first, ...others]);
  requireSameId(form, [first, ...others]);
  // AX-58: the name alone is no credential, so a public client may give it in the body everywhere.
  if (where !== 'any' && method.name !== 'none' && method.place !== where)
    throw refuse(attempt, null, 'client-auth-location', `credentials in the ${where}`);

  const failures = createFailureCounter(context.store, 'client-auth', context.settings.clientAuthentication.failures);
  const counted = (): Key => failureKey(first.id, request);
  if (failures.watching(attempt.at) && (await failures.locked(counted(), attempt.at))) throw locked(context);

  const { client, reading } = await identify(context, first, others);
  const used = reading.secret === null ? 'none' : method.name;
  const failed = await judge(attempt, client, reading, used);
  if (client && failed === null) return { client, method: used };
  const refusal = refuse(attempt, client ?? null, failed ?? 'client-known', 'a known client and its secret');
  if (await failures.failed(counted(), attempt.at)) throw locked(context);
  throw refusal;
}

interface Attempt {
  readonly context: ServerContext;
  readonly request: EndpointRequest;
  readonly method: AuthMethod | undefined;
  readonly at: Instant;
}

function chooseMethod(request: EndpointRequest, form: Form): AuthMethod | undefined {
  const [method, second] = METHODS.filter((candidate) => candidate.used(request, form));
  // RFC 6749 2.3: the client MUST NOT use more than one method in a request.
  if (second || (method && method !== none && hasAssertion(form)))
    throw new OAuthError('invalid_request', 'The request uses more than one way to authenticate the client.', {
      check: 'client-auth-once',
      expected: 'one method',
    });
  return method;
}

/** RFC 7521 4.2: another way to authenticate, beside which `client_id` only identifies. */
function hasAssertion(form: Form): boolean {
  return form.has('client_assertion') || form.has('client_assertion_type');
}

/** Before anything is decoded. */
function requireLimits({ settings }: ServerContext, request: EndpointRequest, form: Form): void {
  const { authorization, clientId } = settings.limits;
  if (
    Buffer.byteLength(request.headers.get('authorization') ?? '') > authorization ||
    Buffer.byteLength(form.get('client_id') ?? '') > clientId
  )
    throw tooLong();
}

/** Before anything is hashed or looked up. */
function requireReadingLimits({ settings }: ServerContext, readings: readonly Reading[]): void {
  const { clientId, clientSecret } = settings.limits;
  for (const { id, secret } of readings)
    if (Buffer.byteLength(id) > clientId || Buffer.byteLength(secret ?? '') > clientSecret) throw tooLong();
}

function tooLong(): OAuthError {
  return new OAuthError('invalid_request', 'The client credentials are too long.', { check: 'client-auth-size' });
}

/** RFC 6749 3.2.1: beside Basic, `client_id` in the body only identifies, and must name the same client. */
function requireSameId(form: Form, readings: readonly Reading[]): void {
  const id = form.get('client_id');
  if (id !== undefined && !readings.some((reading) => reading.id === id))
    throw new OAuthError('invalid_request', 'The client_id differs from the one in the Authorization header.', {
      check: 'client-id-same',
      expected: 'the same client_id in both places',
    });
}

/** The client, and the reading that its registration asks for. */
async function identify(
  { clients }: ServerContext,
  first: Reading,
  others: readonly Reading[],
): Promise<{ client: Client | undefined; reading: Reading }> {
  for (const reading of [first, ...others]) {
    const client = await clients.find(reading.id);
    if (client && (reading.rawBasic === 'either' || reading.rawBasic === client.rawBasic)) return { client, reading };
  }
  return { client: undefined, reading: first };
}

/** The check that failed; null where none did. The secret is compared first, so that every refusal costs the same. */
async function judge(
  { at, context }: Attempt,
  client: Client | undefined,
  { secret }: Reading,
  used: ClientAuthMethod,
): Promise<string | null> {
  const { authMethods, enabled, secrets, type } = client ?? NOBODY;
  let right = type === 'public' && secret === null;
  if (secret !== null)
    for (const stored of secrets)
      if (stored.expiresAt === undefined || at < stored.expiresAt)
        right ||= await verifySecret(stored.hash, secret, {
          secrets: context.secrets,
          limits: context.settings.limits,
          clientId: client?.id ?? '',
        });
  if (!client) return 'client-known';
  if (!right) return secret === null ? 'client-secret-present' : 'client-secret';
  if (!authMethods.includes(used) || !context.settings.clientAuthentication.allowedMethods.includes(used))
    return 'client-auth-method';
  return enabled ? null : 'client-enabled';
}

/** A stranger who guesses from one network locks nobody out elsewhere (security.md 1.1). */
function failureKey(id: string, request: EndpointRequest): Key {
  return keyOf('counter', JSON.stringify(['client-auth', id, networkOf(request.clientAddress)]));
}

/** One answer, whatever failed; the check is for the operator. */
function refuse(
  { context, method, request }: Attempt,
  client: Client | null,
  check: string,
  expected: string,
): OAuthError {
  context.runtime.events.emit('client.authentication_failed', {
    traceId: request.traceId,
    clientId: client?.id ?? null,
    method: method?.name ?? 'none',
  });
  return new OAuthError('invalid_client', 'Client authentication failed', {
    check,
    expected,
    // RFC 6749 5.2: a client that used the header is told which scheme is wanted.
    ...(method?.place === 'header'
      ? { headers: { 'WWW-Authenticate': basicChallenge(context.settings.resource.realm) } }
      : {}),
  });
}

function locked({ settings }: ServerContext): OAuthError {
  return new OAuthError('temporarily_unavailable', 'Too many failed attempts; try again later.', {
    check: 'client-auth-locked',
    status: 429,
    retryAfter: settings.clientAuthentication.failures.lockSeconds,
  });
}
