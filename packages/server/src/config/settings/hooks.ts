import type { Setting } from '../setting.ts';
import { hook } from '../value-types.ts';

const HOOKS: readonly (readonly [name: string, meaning: string, reference: string])[] = [
  ['authenticateOwner', "Checks an owner's password, in place of the owner directory.", 'circuitPK'],
  ['authenticatedSubject', 'Names the owner who was authenticated before the request.', 'subjectAttr'],
  ['chooseScopes', 'Gives the scopes to grant.', 'scopeCircuitPK'],
  ['addMetadata', 'Gives more metadata to store with a token.', 'Additional meta data'],
  ['addClaims', 'Gives more claims for the ID token and for UserInfo.', 'Additional claims'],
  ['vetoIssue', 'Refuses to issue a token.', 'policy'],
  ['requiredScopes', 'Gives the scopes the protected resource wants.', 'Get scopes by calling a policy'],
];

/** Code of your own; a configuration written in TypeScript or JavaScript holds it. */
export const HOOK_SETTINGS: readonly Setting[] = [
  ...HOOKS.map(([name, meaning, reference]) => ({ key: `hooks.${name}`, type: hook, meaning, reference })),
  {
    key: 'hooks.mapAssertedSubject',
    type: hook,
    meaning:
      'Gives the owner whom a trusted issuer’s assertion is about: a subject of this server, or null for nobody.',
  },
  {
    key: 'hooks.events.*',
    type: hook,
    meaning: 'Is told of each event of this name, such as `token.issued`.',
    reference: 'Alert',
  },
  {
    key: 'hooks.request',
    type: hook,
    meaning: 'Sees every request first, and may answer it.',
    reference: 'global request policy',
  },
  {
    key: 'hooks.response',
    type: hook,
    meaning: 'Sees every answer last, and may replace it.',
    reference: 'global response policy',
  },
  {
    key: 'paths.*.request',
    type: hook,
    meaning: 'Sees the requests of one path, after the global one.',
    reference: 'custom request policy',
  },
  {
    key: 'paths.*.handler',
    type: hook,
    meaning: 'Takes the place of the endpoint of one path.',
    reference: 'policy of the path',
  },
  {
    key: 'paths.*.response',
    type: hook,
    meaning: 'Sees the answers of one path, before the global one.',
    reference: 'custom response policy',
  },
];
