import { Atomicity, type StoreCapabilities } from '../store/capabilities.ts';
import type { Settings } from './config.ts';
import { settingFaults } from './setting-faults.ts';

/** How the server is run, as far as it decides what a store must keep. */
export interface Deployment {
  /** Processes that answer for this issuer at the same time. Default: 1. */
  readonly workers?: number;
  /** Plain HTTP beyond loopback. Default: no. */
  readonly allowHttp?: boolean;
  /** Ids of the clients in the configuration. */
  readonly clientIds?: readonly string[];
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
    ...identityFaults(deployment),
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

/** RFC 9700 4.15: a client must not be able to pass for an owner. */
function identityFaults({ clientIds = [], subjects = [] }: Deployment): string[] {
  const owners = new Set(subjects);
  return clientIds
    .filter((id) => owners.has(id))
    .map(
      (id) => `The client id ${JSON.stringify(id)} in the setting clients is also the subject of an owner; rename one.`,
    );
}
