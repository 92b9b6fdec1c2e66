import type { Client, StoreCapabilities } from '@gatehouse/core';
import { SAMPLE_DATA } from '../sample/sample-data.ts';
import type { RunningServer } from '../serve.ts';
import { VERSION } from '../version.ts';

export interface BannerFacts {
  readonly version: string;
  readonly url: string;
  readonly listening: boolean;
  readonly store: string;
  readonly capabilities: StoreCapabilities;
  /** What its settings mean, a sentence each. */
  readonly explained: readonly string[];
  readonly clients: number;
  readonly owners: number;
  readonly sample: boolean;
  readonly warnings: readonly string[];
}

const WARNINGS: ReadonlyMap<string, string> = new Map([
  ['sampleData', 'Sample clients and owners are on, with passwords that everybody knows.'],
  ['plainHttp', 'Plain HTTP: passwords and tokens travel in the clear.'],
  ['ephemeralSecret', 'No secret is set: a fresh one was made, and a restart signs everybody out.'],
  ['volatileStore', 'The store keeps everything in memory: a restart forgets it.'],
]);

/** A store's promises in words. */
function capabilitiesInWords(c: StoreCapabilities): string {
  const where = ['nowhere', 'within this process', 'across processes'][c.change] ?? '';
  return [
    `one change wins ${where}`,
    c.durable ? 'survives a restart' : 'forgets with the process',
    c.retention === 'may-evict' ? 'may drop access tokens when full' : 'keeps tokens until they expire',
    c.expiry === 'native' ? 'expires by itself' : 'is swept',
  ].join(', ');
}

export function bannerFacts(
  { url, listening, assembly }: RunningServer,
  counts: { readonly clients: readonly Client[]; readonly owners: number; readonly warnings: readonly string[] },
): BannerFacts {
  const { store } = assembly.server.context;
  const start = assembly.app.start?.warnings ?? [];
  return {
    version: VERSION,
    url,
    listening,
    store: store.name,
    capabilities: store.capabilities,
    explained: store.explain?.() ?? [],
    clients: counts.clients.length,
    owners: counts.owners,
    sample: start.includes('sampleData'),
    warnings: [...start.map((warning) => WARNINGS.get(warning) ?? warning), ...counts.warnings],
  };
}

/** What a person sees when the server has started. */
export function bannerText(facts: BannerFacts): string {
  const { client, owner } = SAMPLE_DATA;
  const rows: readonly (readonly [string, string])[] = [
    ['Address', facts.listening ? facts.url : 'none: listener.enabled is off'],
    ['Store', `${facts.store}: ${capabilitiesInWords(facts.capabilities)}`],
    ...facts.explained.map((sentence) => ['', sentence] as const),
    ['Clients', `${facts.clients}, and ${facts.owners} owners`],
    ...(facts.sample
      ? ([
          ['Sign in', `${owner.username} / ${owner.password}`],
          ['Client', `${client.id} / ${client.secret}`],
        ] as const)
      : []),
    ...facts.warnings.map((warning) => ['Warning', warning] as const),
  ];
  return [
    `Gatehouse ${facts.version} is ready`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`),
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
}
