import type { Setting } from '../setting.ts';
import { filledText, flag, oneOf, pairs, path, paths, textLike, whole } from '../value-types.ts';

/** The authorization endpoint and the pages an owner sees. */
export const AUTHORIZE_SETTINGS: readonly Setting[] = [
  {
    key: 'authorize.skipConsent',
    type: flag,
    meaning: 'No consent page: exactly the valid requested scopes are granted.',
    reference: 'skipAuthorization, com.axway.oauth.acceptRequestScopes',
  },
  {
    key: 'authorize.subjectSelector',
    type: oneOf('', '${authentication.subject.id}'),
    meaning:
      'Where an owner who was authenticated before the request comes from: the hook `authenticatedSubject`. Empty: nowhere, the login page always asks.',
    reference: 'subjectAttr',
  },
  {
    key: 'authorize.code.store',
    type: filledText,
    meaning: 'Named store of the codes, for mapping.',
    reference: 'authzCodeCache',
  },
  {
    key: 'authorize.code.length',
    type: whole(29, 256),
    unit: 'characters',
    meaning: 'Length of a code; the reference system allows 10, which is too short to be safe.',
    reference: 'authzCodeLength',
  },
  {
    key: 'authorize.code.ttlSeconds',
    type: whole(1, 600),
    unit: 's',
    meaning: 'Life of a code.',
    reference: 'authzCodeExpiresInSecs, OAUTH_AUTHZ_EXPIRATION_SECS',
  },
  {
    key: 'authorize.code.metadata',
    type: pairs,
    meaning:
      'Names and values stored with a code and merged into its token, where the token’s own win; values may hold selectors.',
    reference: 'AdditionalCodeInfo',
  },
  {
    key: 'authorize.interactionSeconds',
    type: whole(1, 86_400),
    unit: 's',
    meaning: 'How long a consent page may stay open.',
  },
  {
    key: 'authorize.requirePkce',
    type: oneOf('all', 'public', 'perClient'),
    meaning:
      'Who must use PKCE (RFC 7636): every client, public ones, or each whose registration does not say otherwise.',
  },
  {
    key: 'authorize.openidScope',
    type: flag,
    meaning: 'Whether `openid` is a valid scope for every client.',
    reference: 'com.axway.oauth.scopes.openid.allow',
  },
  {
    key: 'pages.templates.login',
    type: path,
    meaning: 'Template of the login page.',
    reference: 'loginTemplateLocation',
    alias: { key: 'authorize.loginTemplate' },
  },
  {
    key: 'pages.templates.requestAccess',
    type: path,
    meaning: 'Template of the consent page.',
    reference: 'grantAccessTemplateLocation',
    alias: { key: 'authorize.consentTemplate' },
  },
  {
    key: 'pages.templates.showAccessCode',
    type: path,
    meaning: 'Template of the page that shows a code to be copied.',
    reference: 'accessCodeTemplateLocation',
    alias: { key: 'authorize.code.page' },
  },
  { key: 'pages.templates.formPost', type: path, meaning: 'Template of the page that posts an answer to the client.' },
  { key: 'pages.templates.error', type: path, meaning: 'Template of the error page.' },
  { key: 'pages.templates.account', type: path, meaning: 'Template of the page from which an owner signs out.' },
  { key: 'pages.templates.loggedOut', type: path, meaning: 'Template of the page after signing out.' },
  { key: 'pages.templates.start', type: path, meaning: 'Template of the start page with sample data.' },
  { key: 'pages.templates.home', type: path, meaning: 'Template of the start page without.' },
  { key: 'pages.messages', type: paths, meaning: 'Message files `<language>.json`: more languages, or other words.' },
  {
    key: 'pages.defaultLanguage',
    type: textLike(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'a language tag such as "en"'),
    meaning: 'Language of a browser that asks for none we have.',
  },
  {
    key: 'pages.assets',
    type: path,
    meaning: 'Folder whose files are served under `/xlib/`, for templates of your own.',
    reference: '/xlib/',
  },
  { key: 'pages.docs', type: path, meaning: 'Folder whose files are served under `/docs/`.', reference: '/docs/' },
];
