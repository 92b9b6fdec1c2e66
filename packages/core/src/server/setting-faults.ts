import { ERROR_CATALOGUE } from '../oauth/errors.ts';
import { RESERVED_CLAIMS } from '../openid/id-token.ts';
import { compileSelector } from '../selectors/selector.ts';
import { STORE_LIMITS } from '../store/validate.ts';
import { MINIMUM_LENGTH } from '../tokens/handle.ts';
import type { FailureLimit, Settings, TokenSettings } from './config.ts';
import { issuerFault } from './issuer-fault.ts';

/** RFC 6749 4.1.2: a code lives ten minutes at most. */
const LONGEST_CODE_SECONDS = 600;
/** RFC 6749 5.2: what an `error_description` may hold. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;
const PATH = /^(?:\/[A-Za-z0-9._~-]+)*$/;
/** RFC 7230 3.2.6 for a scheme name. */
const SCHEME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

const TOKEN_MEMBERS: ReadonlySet<string> = new Set([
  'access_token',
  'token_type',
  'expires_in',
  'refresh_token',
  'scope',
  'id_token',
]);
const TOKENINFO_MEMBERS: ReadonlySet<string> = new Set(['audience', 'user_id', 'scope', 'expires_in']);

/** What no deployment can run with, whatever its store: one sentence each, naming the setting. */
export function settingFaults(settings: Settings, allowHttp: boolean): string[] {
  const { authorize, basePath, limits, resource, tokeninfo } = settings;
  const issuer = issuerFault(settings.issuer, allowHttp);
  return [
    ...(issuer === null ? [] : [`The setting issuer ${issuer}.`]),
    ...sentence(
      !PATH.test(basePath),
      `The setting basePath is ${JSON.stringify(basePath)}; it is a path such as /api/oauth.`,
    ),
    ...Object.keys(settings.idToken.claims)
      .filter((name) => RESERVED_CLAIMS.has(name))
      .map((name) => `The setting idToken.claims names ${name}, which only the server says; leave it out.`),
    ...sentence(
      settings.idToken.subject === '',
      'The setting idToken.subject is empty; it says who an ID token is about, so leave it out for the subject of the owner.',
    ),
    ...sentence(
      settings.idToken.issuer !== '' && settings.openid.discovery,
      'The setting idToken.issuer is there beside openid.discovery, which names the issuer to everybody; leave one of them out.',
    ),
    ...[...settings.enabledGrants]
      .filter((grant) => !settings.grants.has(grant))
      .map(
        (grant) =>
          `The setting enabledGrants names ${JSON.stringify(grant)}, for which the setting grants has no entry.`,
      ),
    ...[...settings.grants].flatMap(([grant, tokens]) => tokenFaults(`grants.${grant}`, tokens, limits.handle)),
    // RFC 6749 4.2.2: an implicit answer never has a refresh token.
    ...sentence(
      (settings.grants.get('implicit')?.refreshToken.mode ?? 'none') !== 'none',
      'The setting grants.implicit.refreshToken.mode must be none: a refresh token never travels in a URL.',
    ),
    ...lengthFault('authorize.code.length', authorize.code.length, MINIMUM_LENGTH.code, limits.handle),
    ...sentence(
      authorize.code.ttlSeconds > LONGEST_CODE_SECONDS,
      `The setting authorize.code.ttlSeconds is ${authorize.code.ttlSeconds}; a code lives ${LONGEST_CODE_SECONDS} seconds at most (RFC 6749 4.1.2).`,
    ),
    ...Object.entries(positive(settings))
      .filter(([, value]) => !(Number.isFinite(value) && value > 0))
      .map(([name, value]) => `The setting ${name} is ${value}; it must be above zero.`),
    ...Object.entries(failureLimits(settings))
      .filter(([, { failures }]) => failures > STORE_LIMITS.failures)
      .map(
        ([name, { failures }]) =>
          `The setting ${name}.failures is ${failures}; it is ${STORE_LIMITS.failures} at most: a store need not count further.`,
      ),
    ...Object.entries(selectorTexts(settings)).flatMap(([name, text]) => selectorFault(name, text)),
    ...Object.entries(settings.errorDescriptions).flatMap(([code, text]) => [
      ...sentence(
        !Object.hasOwn(ERROR_CATALOGUE, code),
        `The setting errorDescriptions names ${JSON.stringify(code)}, which is no error code.`,
      ),
      ...sentence(
        !DESCRIPTION.test(text),
        `The setting errorDescriptions.${code} has a character that RFC 6749 5.2 does not allow: printable ASCII without quote and backslash.`,
      ),
    ]),
    ...sentence(!SCHEME.test(resource.headerPrefix), 'The setting resource.headerPrefix is no authentication scheme.'),
    ...sentence(!PRINTABLE.test(resource.realm), 'The setting resource.realm must be printable ASCII.'),
    ...sentence(
      resource.location === 'query' && !resource.acceptQueryToken,
      'The setting resource.location is query, which needs resource.acceptQueryToken: a token in a URL ends up in logs.',
    ),
    ...sentence(
      resource.location === 'attribute' && resource.attribute === '',
      'The setting resource.location is attribute, which needs resource.attribute.',
    ),
    ...sentence(
      tokeninfo.location === 'query' && !tokeninfo.acceptQueryToken,
      'The setting tokeninfo.location is query, which needs tokeninfo.acceptQueryToken: a token in a URL ends up in logs.',
    ),
    ...sentence(
      tokeninfo.location === 'selector' && tokeninfo.selector === '',
      'The setting tokeninfo.location is selector, which needs tokeninfo.selector.',
    ),
    ...reserved('tokeninfo.extra', Object.keys(tokeninfo.extra), TOKENINFO_MEMBERS),
  ];
}

function sentence(wrong: boolean, text: string): string[] {
  return wrong ? [text] : [];
}

function tokenFaults(name: string, tokens: TokenSettings, longest: number): string[] {
  const { accessToken, refreshToken, returnMetadata } = tokens;
  return [
    ...lengthFault(`${name}.accessToken.length`, accessToken.length, MINIMUM_LENGTH.access_token, longest),
    ...lengthFault(`${name}.refreshToken.length`, refreshToken.length, MINIMUM_LENGTH.refresh_token, longest),
    ...sentence(!PRINTABLE.test(accessToken.type), `The setting ${name}.accessToken.type must be printable ASCII.`),
    ...reserved(`${name}.returnMetadata`, returnMetadata, TOKEN_MEMBERS),
  ];
}

function lengthFault(name: string, length: number, shortest: number, longest: number): string[] {
  return sentence(
    !(length >= shortest && length <= longest),
    `The setting ${name} is ${length}; it is ${shortest} to ${longest} characters.`,
  );
}

function reserved(name: string, members: readonly string[], taken: ReadonlySet<string>): string[] {
  return members
    .filter((member) => taken.has(member))
    .map((member) => `The setting ${name} names ${JSON.stringify(member)}, which the answer has already.`);
}

function failureLimits({ clientAuthentication, login, revoke, tokeninfo }: Settings): Record<string, FailureLimit> {
  return {
    'clientAuthentication.failures': clientAuthentication.failures,
    'revoke.failures': revoke.failures,
    'tokeninfo.failures': tokeninfo.failures,
    'login.lockout.accountAndNetwork': login.lockout.accountAndNetwork,
    'login.lockout.account': login.lockout.account,
    'login.lockout.network': login.lockout.network,
  };
}

/** Numbers that mean nothing at zero or below. */
function positive(settings: Settings): Record<string, number> {
  const { authorize, grants, idToken, limits, login, refresh } = settings;
  return {
    'authorize.code.ttlSeconds': authorize.code.ttlSeconds,
    'authorize.interactionSeconds': authorize.interactionSeconds,
    'idToken.ttlSeconds': idToken.ttlSeconds,
    'login.sessionSeconds': login.sessionSeconds,
    'refresh.familySeconds': refresh.familySeconds,
    ...Object.fromEntries(
      [...grants].flatMap(([grant, { accessToken, refreshToken }]) => [
        [`grants.${grant}.accessToken.ttlSeconds`, accessToken.ttlSeconds],
        [`grants.${grant}.refreshToken.ttlSeconds`, refreshToken.ttlSeconds],
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(failureLimits(settings)).flatMap(([name, limit]) => [
        [`${name}.failures`, limit.failures],
        [`${name}.windowSeconds`, limit.windowSeconds],
        [`${name}.lockSeconds`, limit.lockSeconds],
      ]),
    ),
    ...Object.fromEntries(Object.entries(limits).map(([name, value]) => [`limits.${name}`, value])),
  };
}

/** Every setting whose text may hold selectors. */
function selectorTexts({ authorize, grants, idToken, resource, tokeninfo }: Settings): Record<string, string> {
  const within = (name: string, texts: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(texts).map(([member, text]) => [`${name}.${member}`, text]);
  return Object.fromEntries([
    ...[...grants].flatMap(([grant, { accessToken }]) =>
      within(`grants.${grant}.accessToken.metadata`, accessToken.metadata),
    ),
    ...within('authorize.code.metadata', authorize.code.metadata),
    ...within('tokeninfo.extra', tokeninfo.extra),
    ...resource.scopes.list.map((text, i): [string, string] => [`resource.scopes.list[${i}]`, text]),
    ...within('idToken.claims', idToken.claims),
    ['idToken.subject', idToken.subject],
    ['idToken.issuer', idToken.issuer],
    ['tokeninfo.selector', tokeninfo.selector],
    ['resource.attribute', resource.attribute],
  ]);
}

function selectorFault(name: string, text: string): string[] {
  try {
    compileSelector(text);
    return [];
  } catch (error) {
    return [`The setting ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
