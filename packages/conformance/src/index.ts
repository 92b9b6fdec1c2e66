/**
 * Every promise of Gatehouse's store contract, as one sentence with a test.
 *
 * A green run does not prove that no race is left (racers overlap, but nobody tries every interleaving inside a
 * database), nor anything about cases that were skipped: a store whose author offers no `faults` was never cut off, one
 * without `restart` never restarted. It says nothing of lost nodes, partitions, power loss, real time passing, speed,
 * or the configuration of your server. The README has the list; the guide for authors is docs/guides/writing-a-store.md.
 */

export { STORE_CASES } from './areas/index.ts';
export type { Case, Given, Need } from './case.ts';
export { CASES } from './cases.ts';
export { COVERAGE, type Coverage } from './coverage.ts';
export { Browser } from './flows/browser.ts';
export { FLOW_CASES } from './flows/index.ts';
export { Site } from './flows/site.ts';
export { formatCounts, formatFailure, formatSkips, formatTable } from './format-table.ts';
export { DEFAULT_CASE_MS, portsOf, type StoreTarget } from './harness.ts';
export type { ArmedFault, Fault, FaultPort, Opening, PortName, Ports, Statement } from './ports.ts';
export { serveStores } from './processes/serve-stores.ts';
export { StoreProcesses, type StoreProcessesOptions } from './processes/store-processes.ts';
export { REFERENCE_CAPABILITIES, ReferenceStore } from './reference/reference-store.ts';
export { ReferenceMemory } from './reference/tables.ts';
export { isFailure, type Outcome, type Result, reasonToSkip, runCase, runConformance, type Summary } from './run.ts';
export type { Trial } from './trial.ts';
export type { Violation } from './verdicts.ts';
