import type { TemplateName } from './views.ts';

/** On every page. */
export const COMMON = { lang: 'text', direction: 'text' } as const;

/** Per page, what else its template may name; the manual's table of placeholders is made of this. */
export const SHAPES = {
  login: { action: 'url', continue: 'text', formToken: 'text', clientName: 'text', loginHint: 'text' },
  requestAccess: {
    action: 'url',
    interaction: 'text',
    formToken: 'text',
    clientId: 'text',
    clientName: 'text',
    clientDescription: 'text',
    logo: 'url',
    subject: 'text',
    username: 'text',
    /** Those to ask for. `label`: the message `scope.<name>` if there is one, and then `described`. */
    scopes: { scope: 'text', label: 'text', described: 'flag' },
    granted: { scope: 'text', label: 'text', described: 'flag' },
    audience: { resource: 'text' },
    /** In words; each is empty where no such token will be given. */
    accessLife: 'text',
    refreshLife: 'text',
    signOut: 'url',
  },
  showAccessCode: { code: 'text', clientName: 'text', state: 'text' },
  formPost: { action: 'url', fields: { name: 'text', value: 'text' } },
  error: { heading: 'text', sentence: 'text', code: 'text', description: 'text', traceId: 'text' },
  account: { action: 'url', formToken: 'text', username: 'text', fields: { name: 'text', value: 'text' } },
  loggedOut: {},
  start: {
    version: 'text',
    baseUrl: 'text',
    clientId: 'text',
    clientSecret: 'text',
    scope: 'text',
    username: 'text',
    password: 'text',
    store: 'text',
    warnings: { warning: 'text' },
    endpoints: { url: 'text', purpose: 'text' },
    recipes: { id: 'text', heading: 'text', intro: 'text', link: 'url', command: 'text' },
    promises: { promise: 'text' },
  },
  home: {},
} as const;

/**
 * Pages whose form ends, after however many hops, at a client: `form-action` holds each hop against the policy of the page
 * that was left, so that a click would do nothing.
 */
export const ENDS_AT_A_CLIENT: ReadonlySet<TemplateName> = new Set(['login', 'requestAccess', 'formPost', 'account']);
