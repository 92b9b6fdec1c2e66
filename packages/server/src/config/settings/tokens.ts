import type { Setting } from '../setting.ts';
import { filledText, flag, grants, oneOf, pairs, textLike, texts, whole } from '../value-types.ts';

const clientAuth = oneOf('any', 'header', 'body');
const YEARS_10 = 315_360_000;

/** What a grant's tokens look like: each of the five grants has its own (`grants.<grant_type>`). */
export const TOKEN_SETTINGS: readonly Setting[] = [
  {
    key: 'enabledGrants',
    type: texts,
    meaning:
      'The grants that exist on this server at all, custom ones included; which of them a client may use, its registration says.',
  },
  {
    key: 'customGrants',
    type: grants,
    meaning: 'Grants of your own, made by `defineGrant`; each is enabled, unless `enabledGrants` says otherwise.',
    reference: 'policy per grant',
  },
  {
    key: 'grants.*.clientAuth',
    type: clientAuth,
    meaning: 'Where client credentials are accepted: anywhere, in the `Authorization` header, in the form.',
    reference: 'AuthorizationHeader, QueryString',
  },
  {
    key: 'grants.*.accessToken.store',
    type: filledText,
    meaning: 'Named store of the tokens, for mapping.',
    reference: 'tokenStore',
  },
  {
    key: 'grants.*.accessToken.ttlSeconds',
    type: whole(1, YEARS_10),
    unit: 's',
    meaning: 'Life of an access token.',
    reference: 'accessTokenExpiresInSecs',
  },
  {
    key: 'grants.*.accessToken.length',
    type: whole(29, 256),
    unit: 'characters',
    meaning: 'Length of an access token.',
    reference: 'accessTokenlength',
  },
  {
    key: 'grants.*.accessToken.type',
    type: textLike(/^[\x21-\x7e]{1,64}$/, 'a text of 1 to 64 printable characters without spaces'),
    meaning: 'The `token_type` of the answer.',
    reference: 'accessTokenType',
  },
  {
    key: 'grants.*.accessToken.metadata',
    type: pairs,
    meaning: 'Names and values stored with the token; values may hold selectors.',
    reference: 'Additional meta data',
  },
  {
    key: 'grants.*.refreshToken.mode',
    type: oneOf('new', 'none', 'preserve'),
    meaning:
      'Whether a refresh token is made with each use (`new`), never (`none`: a presented one ends), or kept (`preserve`; a public client’s is new all the same).',
    reference: 'refreshChoice: NewRefresh, NoRefresh, PreserveRefresh',
  },
  {
    key: 'grants.*.refreshToken.ttlSeconds',
    type: whole(1, YEARS_10),
    unit: 's',
    meaning: 'Life of a refresh token that is not used.',
    reference: 'refreshTokenExpiresInSecs',
  },
  {
    key: 'grants.*.refreshToken.length',
    type: whole(46, 256),
    unit: 'characters',
    meaning: 'Length of a refresh token.',
    reference: 'refreshTokenlength',
  },
  {
    key: 'grants.*.scopes.source',
    type: oneOf('application', 'hook'),
    meaning: "What decides on scopes: the client's registration, or the hook `chooseScopes`.",
    reference: 'scopeChoice: Application, Circuit; scopeCircuitPK, scopesForToken',
  },
  {
    key: 'grants.*.scopes.match',
    type: oneOf('any', 'all'),
    meaning: 'Whether what is registered of the requested scopes is granted, or all of them must be registered.',
    reference: 'scopesMustMatch',
  },
  {
    key: 'grants.*.returnMetadata',
    type: texts,
    meaning: 'Names of stored metadata that the answer shows as further members.',
  },
  {
    key: 'grants.*.code.store',
    type: filledText,
    meaning: 'Named store of the codes, for mapping.',
    reference: 'authzCodeCache',
  },
  {
    key: 'grants.*.owner.source',
    type: oneOf('repository', 'hook'),
    meaning:
      'What checks an owner’s password: the owner directory, or the hook `authenticateOwner`, which has to be there.',
    reference: 'REPOSITORY, or a policy; subjectAttr',
  },
  {
    key: 'refresh.graceSeconds',
    type: whole(0, 300),
    unit: 's',
    meaning: 'Time in which a repeated refresh gets the same answer again; 0: none.',
  },
  {
    key: 'refresh.familySeconds',
    type: whole(1, YEARS_10),
    unit: 's',
    meaning: 'Life of everything one decision of an owner gave, however often it is refreshed.',
  },
  {
    key: 'refresh.refuseUnknownGeneration',
    type: flag,
    meaning:
      'Whether a refresh token newer than the store knows is refused for good, instead of `temporarily_unavailable`.',
  },
];
