import { isHmac } from '../assertions/verification-key.ts';
import type { Client } from '../client/client.ts';
import { Atomicity, type StoreCapabilities } from '../store/capabilities.ts';
import type { Settings } from './config.ts';
import { remembersAssertions, takesAssertions } from './offered-settings.ts';
import { settingFaults } from './setting-faults.ts';

/** How the server is run, as far as it decides what a store must keep. */
export interface Deployment {
  /** Processes that answer for this issuer at the same time. Default: 1. */
  readonly workers?: number;
  /** Plain HTTP beyond loopback. Default: no. */
  readonly allowHttp?: boolean;
  /** The clients in the configuration. */
  readonly clients?: readonly Pick<
    Client,
    'id' | 'type' | 'grantTypes' | 'authMethods' | 'certificateBoundTokens' | 'idTokenSignedResponseAlg'
  >[];
  /** JWS algorithms of the keys that ID tokens are signed with. Default: none. */
  readonly signingAlgorithms?: readonly string[];
  /** Subjects of the owners in the configuration. */
  readonly subjects?: readonly string[];
}

/** Everything that keeps this server from starting, one sentence each, naming the setting. Empty: it may start. */
export function checkRequirements(
  settings: Settings,
  capabilities: StoreCapabilities,
  deployment: Deployment = {},
): string[] {
  return [
    ...settingFaults(settings, deployment.allowHttp ?? false),
    ...storeFaults(settings, capabilities, deployment),
    ...identityFaults(settings, deployment),
    ...assertionFaults(settings, capabilities, deployment),
    ...certificateFaults(settings, deployment),
    ...idTokenFaults(deployment),
  ];
}

/** @throws Error with every sentence of {@link checkRequirements} */
export function requireCapabilities(
  settings: Settings,
  capabilities: StoreCapabilities,
  deployment: Deployment = {},
): void {
  const faults = checkRequirements(settings, capabilities, deployment);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** What is on, against what the chosen store keeps (R44). */
function storeFaults(
  { refresh }: Settings,
  { change, clockTolerance, visibility }: StoreCapabilities,
  { workers = 1 }: Deployment,
): string[] {
  const faults: string[] = [];
  if (change < Atomicity.process)
    faults.push(
      'The setting store names one that cannot decide which of two changes wins; a code could be used twice.',
    );
  if (workers > 1 && (change < Atomicity.cluster || visibility.registers !== 'cluster'))
    faults.push(
      `The setting workers is ${workers}, but the store keeps its promises within one process only; set it to 1 or choose a shared store.`,
    );
  if (workers > 1 && visibility.tokens === 'process')
    faults.push(`The setting workers is ${workers}, but the store shows a token only to the process that made it.`);
  const tolerance = 2 * clockTolerance;
  if (refresh.graceSeconds > 0 && refresh.graceSeconds * 1000 <= tolerance)
    faults.push(
      `The setting refresh.graceSeconds is ${refresh.graceSeconds}, within the ${tolerance} ms that clocks may differ; make it longer, or 0 for none.`,
    );
  return faults;
}

/** RFC 9700 4.15: a client must not be able to pass for an owner; nor for a trusted issuer (SEC-126). */
function identityFaults({ trustedIssuers }: Settings, { clients = [], subjects = [] }: Deployment): string[] {
  const owners = new Set(subjects);
  const taken = (id: string, by: string): string =>
    `The client id ${JSON.stringify(id)} in the setting clients is also ${by}; rename one.`;
  return clients.flatMap(({ id }) => [
    ...(owners.has(id) ? [taken(id, 'the subject of an owner')] : []),
    ...(trustedIssuers.has(id) ? [taken(id, 'the name of a trusted issuer')] : []),
  ]);
}

/** A client that waits for ID tokens which nobody here can sign, one sentence each. */
export function idTokenFaults({
  clients = [],
  signingAlgorithms = [],
}: Pick<Deployment, 'signingAlgorithms'> & {
  readonly clients?: readonly Pick<Client, 'id' | 'idTokenSignedResponseAlg'>[];
}): string[] {
  const algorithms = [...new Set(signingAlgorithms)];
  return clients.flatMap(({ id, idTokenSignedResponseAlg: alg }) => {
    if (alg === null || algorithms.includes(alg) || (isHmac(alg) && algorithms.length > 0)) return [];
    const client = `The client ${JSON.stringify(id)} has idTokenSignedResponseAlg ${alg}`;
    if (algorithms.length === 0)
      return [`${client}, but idToken.keys has no key, without which there is no OpenID Connect.`];
    return [
      `${client}, but idToken.keys has no key for that, only for ${algorithms.join(', ')}; \`gatehouse keys <file> --algorithm ${alg}\` makes one.`,
    ];
  });
}

/** A client that has to show a certificate where nobody can would only ever be refused. */
function certificateFaults({ mtls }: Settings, { clients = [] }: Deployment): string[] {
  return clients.flatMap(({ authMethods, certificateBoundTokens, id }) => {
    const method = authMethods.find((one) => one === 'tls_client_auth' || one === 'self_signed_tls_client_auth');
    const what = method ?? (certificateBoundTokens ? 'certificateBoundTokens' : null);
    if (what === null) return [];
    if (!mtls.enabled)
      return [
        `The client ${JSON.stringify(id)} has ${what}, but no certificate can be shown; set mtls.port or mtls.certificateHeader.`,
      ];
    return method === 'tls_client_auth' && mtls.authorities.length === 0
      ? [
          `The client ${JSON.stringify(id)} has tls_client_auth, but mtls.authorities names nobody whose certificates count.`,
        ]
      : [];
  });
}

/** A client that was promised what this store cannot keep would be refused without a word. */
function assertionFaults(settings: Settings, capabilities: StoreCapabilities, { clients = [] }: Deployment): string[] {
  const forgets = !remembersAssertions(settings, capabilities);
  const listed = new Set([...settings.trustedIssuers.values()].flatMap((issuer) => issuer.clients ?? []));
  return clients.flatMap(({ authMethods, grantTypes, id, type }) => {
    const taken = [...grantTypes, ...authMethods].filter(takesAssertions);
    const assertionGrant = grantTypes.find(takesAssertions);
    return [
      ...(forgets && taken.length > 0
        ? [
            `The client ${JSON.stringify(id)} may use ${taken.join(', ')}, but the store forgets at a restart which assertions were used; choose a store that is durable, or set assertion.allowReplayAfterRestart.`,
          ]
        : []),
      ...(type === 'public' && assertionGrant !== undefined && !listed.has(id)
        ? [
            `The public client ${JSON.stringify(id)} may use ${assertionGrant}, but no entry of trustedIssuers lists it in clients.`,
          ]
        : []),
    ];
  });
}
