import { type Case, FLOW_CASES, REFERENCE_CAPABILITIES, STORE_CASES } from '@gatehouse/conformance';
import { Atomicity, type StoreCapabilities } from '@gatehouse/core';
import { CACHE_CAPABILITIES } from '@gatehouse/store-cache';

/** docs/store-contract.md: what each store promises, and what every store is held to. */

/** One row each; a store that is added is added here. */
const STORES: readonly (readonly [name: string, capabilities: StoreCapabilities])[] = [
  ['`cache:`', CACHE_CAPABILITIES],
  ['`cache:` with a snapshot', { ...CACHE_CAPABILITIES, durable: true }],
  ['reference store of the suite', REFERENCE_CAPABILITIES],
];

const WITHIN: Readonly<Record<Atomicity, string>> = {
  [Atomicity.none]: 'nothing',
  [Atomicity.process]: 'one process',
  [Atomicity.cluster]: 'all processes',
};

interface Column {
  readonly title: string;
  readonly member: string;
  readonly meaning: string;
  read(capabilities: StoreCapabilities): string;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'One change wins within',
    member: 'change',
    meaning: 'Of racing changes of one version exactly one is written: within what. 0 nothing, 1 process, 2 cluster.',
    read: ({ change }) => WITHIN[change],
  },
  {
    title: 'Additions',
    member: 'additions',
    meaning: '`atomic`: in one transaction with the change they come with; `ordered`: before it, and it decides.',
    read: ({ additions }) => additions,
  },
  {
    title: 'Seen by',
    member: 'visibility',
    meaning:
      'Where the next read sees a write, of registers and of tokens; `eventual` tokens within `boundMs` milliseconds.',
    read: ({ visibility: { boundMs, registers, tokens } }) =>
      registers === tokens ? registers : `registers: ${registers}, tokens: ${tokens} within ${boundMs} ms`,
  },
  {
    title: 'Removes the dead',
    member: 'expiry, expiryStep',
    meaning: '`native`: by itself; `sweep`: when the server asks. The step in which lifetimes are counted.',
    read: ({ expiry, expiryStep }) => `${expiry}, to ${expiryStep} ms`,
  },
  {
    title: 'Keeps',
    member: 'retention',
    meaning: '`may-evict`: when full, access tokens may go early; never anything else.',
    read: ({ retention }) => retention,
  },
  {
    title: 'Survives a restart',
    member: 'durable',
    meaning: 'Whether a restart keeps everything that was answered.',
    read: ({ durable }) => (durable ? 'yes' : 'no'),
  },
  {
    title: 'Lists',
    member: 'listing',
    meaning: '`exact`: from one index; `bucketed`: from several.',
    read: ({ listing }) => listing,
  },
  {
    title: 'Clocks may differ by',
    member: 'clockTolerance',
    meaning: 'Milliseconds between a caller’s clock and the store’s; between two callers twice that.',
    read: ({ clockTolerance }) => `${clockTolerance} ms`,
  },
];

const INTRODUCTION = `# The store contract

A store keeps records for the authorization server behind one interface, [\`Store\`](../packages/core/src/store/store.ts): registers that change by compare-and-set, access tokens that never change, and one way to write. What it promises is data, which core compares with the features that are on, and refuses at start what the store cannot keep. Every promise is one sentence with a test; \`gatehouse conformance <store-url>\` runs them against a store and prints this list with the results.

How to write one: [Writing a store](guides/writing-a-store.md). Why it is so: [Decisions](adr/).

## What each store promises
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function promises(cases: readonly Case[]): string {
  const rows = cases.map(({ id, needs, promise }) => [
    promise,
    `\`${id}\``,
    needs?.map(({ otherwise }) => otherwise).join('; ') ?? '',
  ]);
  return table(['Promise', 'Id', 'Not where'], rows);
}

export function storeContractPage(): string {
  return [
    INTRODUCTION,
    table(
      ['Store', ...COLUMNS.map(({ title }) => title)],
      STORES.map(([name, capabilities]) => [name, ...COLUMNS.map(({ read }) => read(capabilities))]),
    ),
    table(
      ['Column', 'In `/health`', 'Means'],
      COLUMNS.map(({ meaning, member, title }) => [title, `\`${member}\``, meaning]),
    ),
    `## What every store is held to\n\n${STORE_CASES.length} promises of the store itself, in the order of the suite. *Not where* says what switches one off; a case is never switched off by a store’s name.\n`,
    promises(STORE_CASES),
    `## Whole grants\n\n${FLOW_CASES.length} stories through core, from the sign-in to the end of the last token, on the store.\n`,
    promises(FLOW_CASES),
  ].join('\n');
}
