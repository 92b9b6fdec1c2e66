import { reportRefusal } from '../endpoints/answered.ts';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import { asOAuthError, NO_STORE } from '../oauth/error-response.ts';
import type { Owner } from '../owner/owner.ts';
import { standingOwner } from '../owner/owner-standing.ts';
import { resourceRefusal } from '../resource/refusals.ts';
import { type AllowedRequest, validateAccessToken } from '../resource/validate-access-token.ts';
import type { ResourceSettings, Settings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import { DEFAULT_RESOURCE } from '../server/defaults.ts';
import { CLAIMS_OF_SCOPE, claimsOf, standardClaims } from './standard-claims.ts';
import { subjectOf } from './subject.ts';

/** OpenID Connect Core 5.3: the owner's claims, to whoever holds an access token with `openid`; by GET and POST. */
export function userInfoEndpoint(context: ServerContext): Endpoint {
  // What it asks for is the protocol's, not a deployment's.
  const own: ServerContext = { ...context, hooks: withoutScopes(context.hooks) };
  const { realm } = context.settings.resource;
  return async (request) => {
    const decision = await validateAccessToken(own, request, placeOf(request, realm));
    if (decision.kind === 'refused') return refused(decision);
    try {
      return await describe(context, request, decision, realm);
    } catch (thrown) {
      const error = asOAuthError(thrown);
      reportRefusal(context, 'user_info', { request, clientId: decision.client.id }, error);
      return refused(error);
    }
  };
}

function withoutScopes({ requiredScopes: _, ...hooks }: ServerContext['hooks']): ServerContext['hooks'] {
  return hooks;
}

/** RFC 6750 2.1 and 2.2: the header, or the form of a POST that has none. */
function placeOf({ headers, method }: EndpointRequest, realm: string): ResourceSettings {
  const inForm = method === 'POST' && headers.get('authorization') === null;
  return {
    ...DEFAULT_RESOURCE,
    realm,
    location: inForm ? 'body' : 'header',
    scopes: { match: 'all', list: ['openid'] },
    missingTokenChallenge: true,
  };
}

function refused({ headers, status }: { status: number; headers: Readonly<Record<string, string>> }): EndpointResponse {
  return { kind: 'empty', status, headers: { ...NO_STORE, ...headers } };
}

async function describe(
  context: ServerContext,
  request: EndpointRequest,
  { attributes, client, scope, subject }: AllowedRequest,
  realm: string,
): Promise<EndpointResponse> {
  const known = subject === null ? null : await standingOwner(context, subject);
  if (!known) throw resourceRefusal('owner', { realm });
  // Of an owner whom a hook has signed in, the token alone remembers the name.
  const owner = { ...known, username: attributes.token?.data.username ?? known.username };
  const hooked = await context.hooks.addClaims?.({
    client,
    owner,
    scope,
    requestedScope: scope,
    grantType: attributes.token?.data.grantType ?? '',
    clientAddress: request.clientAddress,
    traceId: request.traceId,
    to: 'user_info',
  });
  const claims = context.settings.compat === 'axway' ? sampleClaims(owner) : standardClaims(owner, scope);
  const added = Object.entries(hooked ?? {}).filter(([, value]) => typeof value !== 'function');
  const body = { ...claims, ...Object.fromEntries(added), sub: subjectOf(context.settings, attributes) };
  return { kind: 'data', status: 200, format: 'json', body, headers: NO_STORE, clientId: client.id };
}

/** What the reference system's sample answers, whatever scopes came beside `openid` (parity.md 1.8). */
const SAMPLE_CLAIMS: readonly string[] = [
  ...['gender', 'name', 'given_name', 'family_name', 'picture', 'email', 'email_verified', 'locale', 'hd'],
];

/** The owner's claims that it may tell. */
export function claimsOfUserInfo({ compat }: Pick<Settings, 'compat'>): readonly string[] {
  return compat === 'axway' ? SAMPLE_CLAIMS : [...CLAIMS_OF_SCOPE.values()].flat();
}

function sampleClaims(owner: Owner): Record<string, unknown> {
  const known = claimsOf(owner);
  const members = SAMPLE_CLAIMS.filter((name) => known.has(name)).map((name) => [name, known.get(name)]);
  return { kind: 'APIGatewayOpenIdConnect', ...Object.fromEntries(members) };
}
