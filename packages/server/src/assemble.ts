import {
  type AuthorizationServer,
  type Client,
  checkRequirements,
  combineDirectories,
  createAuthorizationServer,
  createRuntime,
  createStoredClients,
  type Deployment,
  type EventName,
  type Listener,
  type Settings,
  type Store,
} from '@gatehouse/core';
import type { AppOptions } from './app.ts';
import { everyClient } from './clients/every-client.ts';
import { namedAsIssuers } from './clients/named-as-issuers.ts';
import type { CompleteConfig, Config } from './config/config.ts';
import { coreSettings } from './config/core-settings.ts';
import type { ResolvedConfig } from './config/resolve.ts';
import { cookieRecipes } from './http/cookie-recipes.ts';
import { mountPathOf } from './http/mount-path.ts';
import { networkTest } from './http/networks.ts';
import { createFetchDocument } from './outbound/fetch-document.ts';
import { createOwnerDirectory } from './owners/configured-owner-directory.ts';
import { listAssets } from './routes/assets.ts';
import { samlSupport } from './saml.ts';
import { starting } from './start-error.ts';
import { createStore } from './stores.ts';
import type { ServerLog } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { createViews, type SampleData, type StartWarning } from './views/index.ts';

export interface AssembleOptions {
  readonly log: ServerLog;
  /** The one it got, where 0 was asked for. */
  readonly port: number;
  readonly sample: SampleData | null;
  readonly ready: () => boolean;
}

/** Everything that answers requests, put together but not opened. */
export interface Assembly {
  readonly server: AuthorizationServer;
  readonly app: AppOptions;
  readonly metrics: Metrics | null;
  readonly settings: Settings;
  /** What keeps it from starting, one sentence each. */
  readonly faults: readonly string[];
  /** The same, of the clients in the store, once it is open: those that a trusted issuer's name would hide (SEC-126). */
  hiddenClients(): Promise<readonly string[]>;
}

/** Whether other processes see what this one writes, so that clients can be kept there. */
export function isShared(store: Store): boolean {
  return store.capabilities.visibility.registers === 'cluster';
}

/** Where this machine's clients reach the server, as long as nobody said otherwise. */
function issuerOf({ config, tls }: ResolvedConfig, port: number): string {
  return config.issuer ?? `${tls ? 'https' : 'http'}://localhost:${port}`;
}

function certificateHeaderOf({ mtls }: CompleteConfig): Pick<AppOptions, 'certificateHeader'> {
  const { format, name, proxies = [] } = mtls?.certificateHeader ?? {};
  if (format === undefined) return {};
  const own = format === 'nginx' ? 'X-SSL-Cert' : 'Client-Cert';
  return { certificateHeader: { format, name: name ?? own, from: networkTest(proxies) } };
}

const given = (resolved: ResolvedConfig, cookie: string): boolean =>
  ['name', 'domain', 'path'].some((member) => resolved.loaded.given(`${cookie}.${member}`));

function startWarnings(
  { secrets, config }: ResolvedConfig,
  settings: Settings,
  sample: boolean,
  store: Store,
): readonly StartWarning[] {
  const found: readonly (readonly [StartWarning, boolean])[] = [
    ['sampleData', sample],
    ['plainHttp', settings.issuer.startsWith('http:')],
    ['ephemeralSecret', secrets.ephemeral],
    ['volatileStore', !store.capabilities.durable && config.cache?.snapshot?.file === undefined],
  ];
  return found.filter(([, is]) => is).map(([warning]) => warning);
}

function hooksOf(config: CompleteConfig): NonNullable<Config['hooks']> {
  const { authenticatedSubject, ...others } = config.hooks ?? {};
  // AX-36: without a selector nobody counts as signed in before the request.
  return authenticatedSubject && config.authorize?.subjectSelector !== ''
    ? { ...others, authenticatedSubject }
    : others;
}

/** Composes store, directories, core, pages and telemetry as the configuration says. */
export async function assemble(resolved: ResolvedConfig, options: AssembleOptions): Promise<Assembly> {
  const { config, loaded, clients, owners, secrets } = resolved;
  const { log } = options;
  const settings = coreSettings(config, issuerOf(resolved, options.port), resolved);
  const store = await createStore({ config, log, origin: loaded.origin('store'), secrets: secrets.secrets });
  const runtime = createRuntime({ log });
  const configured = { find: (id: string) => Promise.resolve(byId.get(id)) };
  const byId = new Map<string, Client>(clients.map((client) => [client.id, client]));
  const stored = isShared(store)
    ? createStoredClients({
        store,
        runtime,
        cacheSeconds: settings.clientCacheSeconds,
        reserved: settings.trustedIssuers,
        compat: settings.compat,
      })
    : null;
  const directory = stored ? combineDirectories([configured, stored]) : configured;
  const hooks = hooksOf(config);
  for (const [name, listener] of Object.entries(hooks.events ?? {}))
    runtime.events.on(name as EventName, listener as Listener<EventName>);

  const deployment: Deployment = {
    allowHttp: config.listener.allowHttp,
    clients,
    subjects: owners.map(({ owner }) => owner.subject),
    signingAlgorithms: resolved.signingKeys.map(({ algorithm }) => algorithm),
  };
  const saml = await samlSupport({ settings, clients, named: config.enabledGrants !== undefined });
  const server = createAuthorizationServer({
    settings,
    store,
    clients: directory,
    owners: createOwnerDirectory(owners, settings.limits),
    secrets: secrets.secrets,
    hooks,
    runtime,
    deployment,
    decryptionKeys: resolved.decryptionKeys,
    signingKeys: resolved.signingKeys,
    retiredKeys: resolved.retiredKeys,
    fetchDocument: createFetchDocument({ privateHosts: config.outbound?.privateHosts ?? [] }),
    grants: [...saml.grants, ...(config.customGrants ?? [])],
  });
  const metrics = config.metrics.enabled
    ? await createMetrics({ events: runtime.events, clients: directory, monitoring: settings.monitoring, store })
    : null;
  const faults = [...saml.faults, ...checkRequirements(settings, store.capabilities, deployment)];
  const { templates, messages, defaultLanguage, assets, docs } = config.pages ?? {};
  const app: AppOptions = {
    views: await starting('pages', () =>
      createViews({
        basePath: settings.basePath,
        mountPath: mountPathOf(settings.issuer),
        ...(templates === undefined ? {} : { templates }),
        ...(messages === undefined ? {} : { messages }),
        ...(defaultLanguage === undefined ? {} : { defaultLanguage }),
      }),
    ),
    cookies: cookieRecipes({
      issuer: settings.issuer,
      ...(config.login?.cookie === undefined ? {} : { owner: config.login.cookie }),
      ...(config.authorize?.sessionCookie === undefined ? {} : { browser: config.authorize.sessionCookie }),
      chosen: { owner: given(resolved, 'login.cookie'), browser: given(resolved, 'authorize.sessionCookie') },
    }),
    trustedHops: config.listener.trustedHops,
    ...certificateHeaderOf(config),
    log,
    ...(metrics ? { metrics } : {}),
    hooks,
    paths: config.paths ?? {},
    clients: stored ? () => everyClient(clients, stored) : () => clients,
    ...(assets === undefined ? {} : { assets: await starting('pages.assets', () => listAssets(assets)) }),
    ...(docs === undefined ? {} : { docs: await starting('pages.docs', () => listAssets(docs)) }),
    start: { sample: options.sample, warnings: startWarnings(resolved, settings, options.sample !== null, store) },
    ready: options.ready,
  };
  const hiddenClients = (): Promise<readonly string[]> => namedAsIssuers(stored, settings.trustedIssuers.keys());
  return { server, app, metrics, settings, faults, hiddenClients };
}
