import { auditFeatures, authorityAdvice } from '@gatehouse/core';
import { assemble } from '../assemble.ts';
import type { CompleteConfig } from '../config/config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { type ResolvedConfig, resolveConfig } from '../config/resolve.ts';
import { unreachedPath } from '../http/cookie-path.ts';
import { readTls } from '../http/tls.ts';
import { relationalConnection } from '../stores.ts';
import { createLog } from '../telemetry/log.ts';
import { type Command, EXIT, type Invocation, textFlag, UsageError } from './command.ts';
import { exposedFiles } from './exposed-files.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';

interface Weakness {
  readonly says: string;
  found(resolved: ResolvedConfig): boolean;
}

const sampleClients = ['SampleConfidentialApp', 'SamplePublicApp', 'ClientConfidentialApp'];

/** What is weaker than it could be outside of what core knows (security.md 4.1). */
const SERVER: readonly Weakness[] = [
  {
    says: 'clients holds a sample client of the reference system, whose secret everybody knows.',
    found: ({ clients }) => clients.some(({ id }) => sampleClients.includes(id)),
  },
  {
    says: 'listener.allowHttp is on: plain HTTP may leave this machine.',
    found: ({ config }) => config.listener.allowHttp,
  },
  {
    says: 'login.cookie.sameSite is Strict: an owner who comes from a client’s site is never signed in, prompt=none always fails, and a client’s sign-out ends nothing that is not over.',
    found: ({ config }) => config.login?.cookie?.sameSite === 'Strict',
  },
  {
    says: 'login.cookie.secure is off: the owner’s session can be read on the wire.',
    found: ({ config }) => config.login?.cookie?.secure === false,
  },
  {
    says: 'login.cookie.httpOnly is off: a script on the page can take the owner’s session.',
    found: ({ config }) => config.login?.cookie?.httpOnly === false,
  },
  {
    says: 'login.cookie.path does not reach /oauth/login and /oauth/logout: nobody can sign in a second time, or sign out.',
    found: ({ config }) => unreachedPath(config.login?.cookie?.path ?? '/', config) !== null,
  },
  {
    says: 'metrics.port is left out: whoever reaches the server reads its metrics.',
    found: ({ config }) => config.metrics.enabled && config.metrics.port === undefined,
  },
  {
    says: 'mtls.certificateHeader.proxies names every address: whoever reaches the port can show anybody’s certificate.',
    found: ({ config }) => config.mtls?.certificateHeader?.proxies?.some((network) => network.endsWith('/0')) === true,
  },
  {
    says: 'issuer is https, and listener.trustedHops is 0 without a certificate here: behind a proxy every client counts as one network.',
    found: ({ config, tls }) =>
      config.issuer?.startsWith('https:') === true && !tls && config.listener.trustedHops === 0,
  },
  {
    says: 'store has dangerouslyInsecure: whoever is between this server and its database can read and change what it believes of its tokens.',
    found: ({ config }) => isInsecure(config.store),
  },
  {
    says: 'secrets are made anew with each start: a restart signs everybody out.',
    found: ({ secrets }) => secrets.ephemeral,
  },
  {
    says: 'cache.maxElementsInMemory is below 2000: live tokens are dropped without a word when it is full.',
    found: ({ config }) => (config.cache?.maxElementsInMemory ?? Number.POSITIVE_INFINITY) < 2_000,
  },
  {
    says: 'limits.storeCallMs is not above timeouts.callMs of the store: a call is given up here before the store can say what became of it.',
    found: ({ config }) => (callMsOf(config.store) ?? 0) >= config.limits.storeCallMs,
  },
];

/** Of a store that says it; null where the default counts, which is below that of the limit. */
function callMsOf(store: CompleteConfig['store']): number | null {
  if (typeof store === 'string' || store instanceof URL) {
    const said = new URL(store).searchParams.get('timeouts.callMs');
    return said === null ? null : Number(said);
  }
  if (typeof store !== 'object' || store === null) return null;
  const { timeouts, url } = store as { timeouts?: { callMs?: number }; url?: string };
  return timeouts?.callMs ?? (url === undefined ? null : callMsOf(url));
}

function isInsecure(store: CompleteConfig['store']): boolean {
  const connection = relationalConnection(store);
  if (connection === null) return false;
  if (typeof connection === 'string' || connection instanceof URL)
    return new URL(connection).searchParams.has('dangerouslyInsecure');
  return connection.dangerouslyInsecure !== undefined || ('url' in connection && isInsecure(String(connection.url)));
}

interface Findings {
  readonly problems: readonly string[];
  readonly advice: readonly string[];
  readonly store: string;
}

async function examine(loaded: LoadedConfig): Promise<Findings> {
  const resolved = await resolveConfig(loaded);
  if (resolved.tls) await readTls(resolved.tls);
  const log = await createLog({ level: 'silent', format: 'json', write: () => undefined });
  const { server, settings, faults } = await assemble(resolved, {
    log,
    port: resolved.config.listener.port,
    sample: null,
    ready: () => true,
  });
  const { store } = server.context;
  const { clients } = resolved;
  const signingAlgorithms = resolved.signingKeys.map(({ algorithm }) => algorithm);
  return {
    store: store.name,
    problems: faults,
    advice: [
      ...auditFeatures({ settings, capabilities: store.capabilities, clients, signingAlgorithms }),
      ...authorityAdvice(settings.mtls.authorities, server.context.runtime.clock.now()),
      ...SERVER.filter(({ found }) => found(resolved)).map(({ says }) => says),
      ...(await exposedFiles(resolved)),
      ...loaded.warnings,
    ],
  };
}

export const checkCommand: Command = {
  usage:
    'check [--config <path>] [--strict]\ncheck assertion <file> [--as grant|proof] [--client <id>] [--config <path>]',
  summary:
    'Reads the configuration as `serve` does, opens nothing, and says what is wrong and what is weaker than it could be. `check assertion` says step by step why an assertion would be accepted or refused, JWT or SAML, as it is sent or as XML; a JWT as a grant or as a proof of its client.',
  flags: {
    ...CONFIG_FLAGS,
    strict: { meaning: 'Fail on advice too' },
    as: {
      value: 'grant|proof',
      meaning:
        'assertion: what it would be sent as; a JWT may also prove its client (client_assertion); grant if left out',
    },
    client: { value: '<id>', meaning: 'assertion: who would bring it; left out, its issuer where that is a client' },
  },
  takesWords: true,
  async run({ flags, out, words }) {
    const { loaded } = await readConfiguration(flags);
    const file = assertionFile(words);
    if (file !== null) {
      const { checkAssertion } = await import('./check-assertion.ts');
      return checkAssertion(
        loaded,
        { file, as: sentAs(textFlag(flags, 'as')), clientId: textFlag(flags, 'client') },
        out,
      );
    }
    const { problems, advice, store } = await examine(loaded);
    for (const problem of problems) out.text(`Wrong   ${problem}`);
    for (const sentence of advice) out.text(`Advice  ${sentence}`);
    if (problems.length === 0)
      out.text(`The configuration is right (store: ${store}, ${advice.length} pieces of advice).`);
    out.data({ right: problems.length === 0, store, problems, advice });
    if (problems.length > 0) return EXIT.config;
    return flags['strict'] && advice.length > 0 ? EXIT.failed : EXIT.done;
  },
};

function sentAs(text = 'grant'): 'grant' | 'proof' {
  if (text === 'grant' || text === 'proof') return text;
  throw new UsageError('--as is grant or proof.');
}

/** Null: the configuration itself is meant. */
function assertionFile([what, file, ...more]: Invocation['words']): string | null {
  if (what === undefined) return null;
  if (what === 'assertion' && file !== undefined && more.length === 0) return file;
  throw new UsageError('`gatehouse check` takes nothing more, or `assertion` and one file.');
}
