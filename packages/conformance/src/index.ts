export { STORE_CASES } from './areas/index.ts';
export type { Case, Given, Need } from './case.ts';
export { formatCounts, formatFailure, formatSkips, formatTable } from './format-table.ts';
export { DEFAULT_CASE_MS, portsOf, type StoreTarget } from './harness.ts';
export { STORE_LIMITS } from './limits.ts';
export type { ArmedFault, Fault, FaultPort, Opening, PortName, Ports, Statement } from './ports.ts';
export { isFailure, type Outcome, type Result, reasonToSkip, runCase, runConformance, type Summary } from './run.ts';
export type { Trial } from './trial.ts';
export type { Violation } from './verdicts.ts';
