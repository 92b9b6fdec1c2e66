import { AssertionFault, failedCheck } from '../assertions/assertion-fault.ts';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { requireClientCertificate } from '../mtls/client-certificate.ts';
import { type FailedCheck, OAuthError } from '../oauth/errors.ts';
import type { Form } from '../oauth/form.ts';
import { basicChallenge } from '../oauth/www-authenticate.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant, Key } from '../store/brands.ts';
import { keyOf } from '../tokens/handle.ts';
import type { Client, ClientAuthMethod } from './client.ts';
import { createFailureCounter, tooManyFailures } from './failure-counter.ts';
import { methodFault, proofBy } from './method-fault.ts';
import { clientAssertion } from './methods/client-assertion.ts';
import type { AuthMethod, ClientAssertion, Reading } from './methods/method.ts';
import { none } from './methods/none.ts';
import { secretBasic } from './methods/secret-basic.ts';
import { secretPost } from './methods/secret-post.ts';
import { networkOf } from './network.ts';
import { verifySecret } from './secret-hash.ts';
import { requireClientAssertion } from './verify-client-assertion.ts';

/** Every way there is. At most one of them may be used by a request (RFC 6749 2.3). */
const METHODS: readonly AuthMethod[] = [secretBasic, secretPost, clientAssertion, none];

/** What an unknown client is compared with, so that it costs and answers the same as a wrong secret (R32). */
const NOBODY: Pick<Client, 'type' | 'secrets'> = {
  type: 'confidential',
  secrets: [{ hash: `sha256:${'A'.repeat(43)}` }],
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
  if (!method) throw refuse(attempt, null, { check: 'client-auth-present', expected: 'client credentials' });
  requireLimits(context, request, form);
  const [first, ...others] = readings(attempt, method, form);
  if (!first)
    throw refuse(attempt, null, { check: 'client-auth-grammar', expected: `well-formed ${method.name} credentials` });
  requireReadingLimits(context, [first, ...others]);
  requireSameId(form, [first, ...others]);
  // AX-58: the name alone is no credential, so a public client may give it in the body everywhere.
  if (where !== 'any' && method.name !== 'none' && method.place !== 'any' && method.place !== where)
    throw refuse(attempt, null, { check: 'client-auth-location', expected: `credentials in the ${where}` });

  const limit = context.settings.clientAuthentication.failures;
  const failures = createFailureCounter(context.store, 'client-auth', limit);
  const counted = (): Key => failureKey(first.id, request);
  const locked = (): OAuthError => tooManyFailures('client-auth-locked', limit);
  if (failures.watching(attempt.at) && (await failures.locked(counted(), attempt.at))) throw locked();

  const { client, reading } = await identify(context, first, others);
  const used = usedMethod(method, reading, client);
  const failed = await judge(attempt, client, reading, used);
  if (client && failed === null) return { client, method: used };
  const fault = failed ?? { check: 'client-known', expected: 'a known client and its secret' };
  const refusal = refuse(attempt, client ?? null, fault);
  if (await failures.failed(counted(), attempt.at)) throw locked();
  throw refusal;
}

function usedMethod(method: AuthMethod, reading: Reading, client: Client | undefined): ClientAuthMethod {
  if (reading.assertion) return reading.assertion.method;
  if (reading.secret !== null) return method.name;
  // RFC 8705 2: the certificate counts for clients that are registered with it, and is nothing to the others.
  const tls = reading.overMutualTls && client?.authMethods.find(isTlsMethod);
  return tls || 'none';
}

type TlsMethod = 'tls_client_auth' | 'self_signed_tls_client_auth';

function isTlsMethod(method: ClientAuthMethod): method is TlsMethod {
  return method === 'tls_client_auth' || method === 'self_signed_tls_client_auth';
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
  if (second)
    throw new OAuthError('invalid_request', 'The request uses more than one way to authenticate the client.', {
      check: 'client-auth-once',
      expected: 'one method',
    });
  return method;
}

/** Whether a request brings something to prove its client with, rightly or wrongly: more than a name. */
export function bringsCredentials(request: EndpointRequest, form: Form): boolean {
  return METHODS.some((method) => method !== none && method.used(request, form));
}

function readings(attempt: Attempt, method: AuthMethod, form: Form): readonly Reading[] {
  try {
    return method.read(attempt.request, form, attempt.context.settings.limits);
  } catch (thrown) {
    if (!(thrown instanceof AssertionFault)) throw thrown;
    throw refuse(attempt, null, failedCheck(thrown));
  }
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

/** What failed; null where nothing did. */
async function judge(
  attempt: Attempt,
  client: Client | undefined,
  reading: Reading,
  used: ClientAuthMethod,
): Promise<FailedCheck | null> {
  if (reading.assertion) return judgeAssertion(attempt, client, reading.assertion, used);
  if (client && isTlsMethod(used)) return judgeCertificate(attempt, client, used);
  return judgeSecret(attempt, client, reading.secret, used);
}

/** Used up only where nothing else is wrong: what is refused for another reason may be sent again. */
async function judgeAssertion(
  { at, context }: Attempt,
  client: Client | undefined,
  assertion: ClientAssertion,
  used: ClientAuthMethod,
): Promise<FailedCheck | null> {
  if (!client) return { check: 'client-known', expected: 'a known client' };
  try {
    const { spend } = await requireClientAssertion(context, client, assertion, at);
    const fault = methodFault(context.settings, client, used);
    if (fault) return fault;
    await spend();
    return null;
  } catch (thrown) {
    if (!(thrown instanceof AssertionFault)) throw thrown;
    return failedCheck(thrown);
  }
}

async function judgeCertificate(
  { at, context, request }: Attempt,
  client: Client,
  used: TlsMethod,
): Promise<FailedCheck | null> {
  try {
    await requireClientCertificate(context, client, request, used, at);
  } catch (thrown) {
    if (!(thrown instanceof AssertionFault)) throw thrown;
    return failedCheck(thrown);
  }
  return methodFault(context.settings, client, used);
}

/** The secret is compared first, so that every refusal costs the same. */
async function judgeSecret(
  { at, context }: Attempt,
  client: Client | undefined,
  secret: string | null,
  used: ClientAuthMethod,
): Promise<FailedCheck | null> {
  const { secrets, type } = client ?? NOBODY;
  let right = type === 'public' && secret === null;
  if (secret !== null)
    for (const stored of secrets)
      if (stored.expiresAt === undefined || at < stored.expiresAt)
        right ||= await verifySecret(stored.hash, secret, {
          secrets: context.secrets,
          limits: context.settings.limits,
          clientId: client?.id ?? '',
        });
  const expected = 'a known client and its secret';
  if (!client) return { check: 'client-known', expected };
  if (!right && secret === null) return { check: 'client-secret-present', expected: proofBy(client.authMethods) };
  if (!right) return { check: 'client-secret', expected };
  return methodFault(context.settings, client, used);
}

/** A stranger who guesses from one network locks nobody out elsewhere (security.md 1.1). */
function failureKey(id: string, request: EndpointRequest): Key {
  return keyOf('counter', JSON.stringify(['client-auth', id, networkOf(request.clientAddress)]));
}

/** One answer, whatever failed; the check is for the operator. */
function refuse({ context, method, request }: Attempt, client: Client | null, failed: FailedCheck): OAuthError {
  context.runtime.events.emit('client.authentication_failed', {
    traceId: request.traceId,
    clientId: client?.id ?? null,
    method: method?.name ?? 'none',
  });
  return new OAuthError('invalid_client', 'Client authentication failed', {
    ...failed,
    // RFC 6749 5.2: a client that used the header is told which scheme is wanted.
    ...(method?.place === 'header'
      ? { headers: { 'WWW-Authenticate': basicChallenge(context.settings.resource.realm) } }
      : {}),
  });
}
