import {
  type Client,
  createServerSecrets,
  createStoredClients,
  sealClientSecret,
  systemClock,
  systemEntropy,
} from '@gatehouse/core';
import { isShared } from '../assemble.ts';
import { readClients } from '../config/configured-clients.ts';
import { readOwners } from '../config/configured-owners.ts';
import { readKeySources } from '../config/key-sources.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { readServerSecrets } from '../config/server-secrets.ts';
import { type ClientDesk, configurationDesk } from './client-in-configuration.ts';
import { storeDesk } from './client-in-store.ts';
import {
  type Command,
  CommandError,
  EXIT,
  type Flag,
  type FlagValues,
  type Output,
  textFlag,
  textFlags,
  UsageError,
} from './command.ts';
import { configuredStore, withStore } from './open-store.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';
import { requireIdTokenSigner } from './require-id-token-signer.ts';

const CREATE_FLAGS: Readonly<Record<string, Flag>> = {
  id: { value: '<id>', meaning: 'create: the client_id; left out, a random UUID' },
  name: { value: '<name>', meaning: 'create: what the consent page calls it' },
  public: { meaning: 'create: a client that cannot keep a secret' },
  'redirect-uri': { value: '<uri>', meaning: 'create: where answers may be sent; may come more than once', many: true },
  'post-logout-redirect-uri': {
    value: '<uri>',
    meaning: 'create: where the browser may be sent after a sign-out; may come more than once',
    many: true,
  },
  'id-token-alg': {
    value: '<name>',
    meaning: 'create: the algorithm of its ID tokens; left out: that of the first key',
  },
  grant: { value: '<grant_type>', meaning: 'create: a grant it may use; may come more than once', many: true },
  scope: { value: '<scope>', meaning: 'create: a scope it may be granted; may come more than once', many: true },
  'default-scope': {
    value: '<scope>',
    meaning: 'create: a scope of requests that name none; may come more than once',
    many: true,
  },
  'cors-origin': {
    value: '<origin>',
    meaning: 'create: an origin whose scripts may call; may come more than once',
    many: true,
  },
  'auth-method': {
    value: '<name>',
    meaning: 'create: how it proves itself (client_secret_basic, private_key_jwt, …); may come more than once',
    many: true,
  },
  certificate: {
    value: '<path>',
    meaning: 'create: an X.509 certificate whose key checks its signatures; may come more than once',
    many: true,
  },
  jwks: { value: '<path>', meaning: 'create: a file with its public keys, a JWK set' },
  'jwks-uri': { value: '<url>', meaning: 'create: where its public keys are' },
  'tls-subject': {
    value: '<name>',
    meaning: 'create: the subject of its certificate (RFC 4514), for tls_client_auth',
  },
  'certificate-bound-tokens': { meaning: 'create: its tokens are bound to the certificate it asks with' },
  'may-assert-owners': { meaning: 'create: its own assertions may name owners' },
  'without-pkce': { meaning: 'create: PKCE is not required' },
  overlap: { value: '<seconds>', meaning: 'rotate-secret: how long the old secret goes on; default 86400' },
};

/** Of the flags, the members of a registration, with the files read that they name. */
async function registration(flags: FlagValues): Promise<Record<string, unknown> & { readonly id: string }> {
  const lists = {
    redirectUris: textFlags(flags, 'redirect-uri'),
    postLogoutRedirectUris: textFlags(flags, 'post-logout-redirect-uri'),
    grantTypes: textFlags(flags, 'grant'),
    scopes: [...new Set([...textFlags(flags, 'scope'), ...textFlags(flags, 'default-scope')])],
    defaultScopes: textFlags(flags, 'default-scope'),
    corsOrigins: textFlags(flags, 'cors-origin'),
    authMethods: textFlags(flags, 'auth-method'),
  };
  const [jwks, jwksUri] = [textFlag(flags, 'jwks'), textFlag(flags, 'jwks-uri')];
  const keys = await readKeySources('--jwks, --certificate', null, {
    ...(jwks === undefined ? {} : { jwks: { file: jwks } }),
    certificates: textFlags(flags, 'certificate').map((file) => ({ file })),
  });
  const [name, subjectDn, idTokenAlg] = ['name', 'tls-subject', 'id-token-alg'].map((flag) => textFlag(flags, flag));
  return {
    id: textFlag(flags, 'id') ?? crypto.randomUUID(),
    ...(name === undefined ? {} : { name }),
    ...(flags['public'] ? { type: 'public' } : {}),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...keys,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(idTokenAlg === undefined ? {} : { idTokenSignedResponseAlg: idTokenAlg }),
    ...(subjectDn === undefined ? {} : { tlsClientAuth: { subjectDn } }),
    ...(flags['certificate-bound-tokens'] ? { certificateBoundTokens: true } : {}),
    ...(flags['may-assert-owners'] ? { mayAssertOwners: true } : {}),
    ...(flags['without-pkce'] ? { requirePkce: false } : {}),
  };
}

/** What of a client may be shown: never a secret, hashed or sealed. */
function shown({ secrets, sealedSecrets, logo, ...client }: Client): Record<string, unknown> {
  return {
    ...client,
    logo: logo !== null,
    secrets: secrets.map(ends),
    sealedSecrets: sealedSecrets.map(ends),
  };
}

function ends({ expiresAt }: { readonly expiresAt?: number }): { readonly expiresAt: string | null } {
  return { expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() };
}

function showClient(client: Client, out: Output): void {
  const rows = Object.entries(shown(client)).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) {
    const words = Array.isArray(value)
      ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(' ')
      : String(value);
    out.text(`${name.padEnd(width)}  ${words}`);
  }
}

interface Errand {
  readonly desk: ClientDesk;
  readonly id: string | undefined;
  readonly flags: FlagValues;
  readonly out: Output;
  readonly loaded: LoadedConfig;
  /** Of the owners in the configuration. */
  readonly subjects: ReadonlySet<string>;
}

function needId(id: string | undefined, verb: string): string {
  if (id === undefined) throw new UsageError(`Name the client: \`gatehouse client ${verb} <id>\`.`);
  return id;
}

function overlapSeconds(flags: FlagValues): number {
  const seconds = Number(textFlag(flags, 'overlap') ?? 86_400);
  if (!Number.isInteger(seconds) || seconds < 0) throw new UsageError('--overlap is a whole number of seconds.');
  return seconds;
}

/** Each verb, whatever the clients are kept in. */
const VERBS: ReadonlyMap<string, (errand: Errand) => Promise<void>> = new Map([
  [
    'create',
    async ({ desk, flags, loaded, out, subjects }) => {
      const wanted = await registration(flags);
      // RFC 9700 4.15: a client must not be able to pass for an owner.
      if (subjects.has(wanted.id))
        throw new CommandError(`${JSON.stringify(wanted.id)} is the subject of an owner; give the client another id.`);
      await requireIdTokenSigner(loaded, wanted);
      await desk.create(wanted, out);
    },
  ],
  [
    'list',
    async ({ desk, out }) => {
      const clients: Client[] = [];
      for await (const client of desk.all()) clients.push(client);
      const width = Math.max(0, ...clients.map(({ id }) => id.length));
      for (const { id, type, enabled, name } of clients)
        out.text(`${id.padEnd(width)}  ${type.padEnd(12)}  ${enabled ? 'enabled ' : 'disabled'}  ${name}`);
      if (clients.length === 0) out.text('There are no clients.');
      out.data(clients.map(shown));
    },
  ],
  [
    'show',
    async ({ desk, id, out }) => {
      const client = await desk.find(needId(id, 'show'));
      if (!client) throw new CommandError(`There is no client ${JSON.stringify(id)}.`);
      showClient(client, out);
      out.data(shown(client));
    },
  ],
  [
    'rotate-secret',
    async ({ desk, id, flags, out }) => desk.rotate(needId(id, 'rotate-secret'), overlapSeconds(flags), out),
  ],
  ['disable', async ({ desk, id, out }) => desk.enable(needId(id, 'disable'), false, out)],
  ['enable', async ({ desk, id, out }) => desk.enable(needId(id, 'enable'), true, out)],
  ['remove', async ({ desk, id, out }) => desk.remove(needId(id, 'remove'), out)],
] satisfies [string, (errand: Errand) => Promise<void>][]);

export const clientCommand: Command = {
  usage: [
    'client create [--name <name>] [--redirect-uri <uri> …] [--grant <grant_type> …] [--scope <scope> …]',
    'client list',
    'client show|rotate-secret|disable|enable|remove <id>',
  ].join('\n'),
  summary:
    'Keeps clients in the store, where several servers share one. Where they live in the configuration (cache store), prints what to write there.',
  flags: { ...CREATE_FLAGS, ...CONFIG_FLAGS },
  takesWords: true,
  async run({ words: [verb, id, ...more], flags, out }) {
    const act = VERBS.get(verb ?? '');
    if (!act || more.length > 0) throw new UsageError(`It is \`gatehouse client ${[...VERBS.keys()].join('|')}\`.`);
    const { loaded } = await readConfiguration(flags);
    const { secrets } = await readServerSecrets(loaded, true);
    const serverSecrets = createServerSecrets(secrets);
    const configured = await readClients(loaded, serverSecrets);
    const subjects = new Set(readOwners(loaded).map(({ owner }) => owner.subject));
    const reserved = new Set((loaded.config.trustedIssuers ?? []).map(({ issuer }) => issuer));
    const store = await configuredStore(loaded);
    // Where clients live in the configuration the store stays shut: its one process may be the server, and running.
    if (isShared(store))
      await withStore(store, () => {
        const runtime = { clock: systemClock, entropy: systemEntropy() };
        const stored = createStoredClients({ store, runtime, cacheSeconds: 0, reserved });
        return act({
          desk: storeDesk(stored, configured, (id, secret) =>
            sealClientSecret({ entropy: runtime.entropy, secrets: serverSecrets }, id, secret),
          ),
          id,
          flags,
          out,
          loaded,
          subjects,
        });
      });
    else await act({ desk: configurationDesk(configured), id, flags, out, loaded, subjects });
    return EXIT.done;
  },
};
