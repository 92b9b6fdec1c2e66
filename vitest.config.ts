import { defineConfig } from 'vitest/config';

const live = ['packages/*/src/**/*.live.test.ts', 'tests/**/*.test.ts'];
const stores = ['packages/*/src/**/conformance-*.live.test.ts'];
const cassandra = ['packages/store-cassandra/src/live/*.live.test.ts', 'tests/cassandra/*.test.ts'];
const elsewhere = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];

const onServers = {
  pool: 'forks' as const,
  // the databases' servers of this run, one of each for all files
  globalSetup: ['./packages/testkit/src/backends/run-servers.ts'],
  // for what hangs alone: on a crowded machine browsers, databases and processes take their time
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 60_000 } },
};

export default defineConfig({
  test: {
    // A test that fails once has failed: no retry, here or anywhere.
    retry: 0,
    // The end of a run ends its databases: one that is cut off leaves them to the next.
    teardownTimeout: 120_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          exclude: [...elsewhere, ...live],
          pool: 'threads',
          // every core: they wait for nothing
          maxWorkers: '100%',
          // they leave nothing behind either: modules are loaded once for all, a third of the time
          isolate: false,
          setupFiles: ['./scripts/unit-setup.ts'],
          // for what hangs alone: on a crowded machine a search of every order takes its time, and a first server too
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          ...onServers,
          name: 'stores',
          include: stores,
          exclude: [...elsewhere, ...cassandra],
          // each waits for its server and for time to pass, mostly
          maxWorkers: 4,
        },
      },
      {
        test: {
          ...onServers,
          name: 'live',
          include: live,
          exclude: [...elsewhere, ...stores, ...cassandra],
          // they wait too, for processes, browsers and databases
          maxWorkers: 3,
        },
      },
      {
        test: {
          ...onServers,
          name: 'cassandra',
          include: cassandra,
          exclude: elsewhere,
          // each has up to three nodes of its own, and waits for them and for time to pass, mostly
          maxWorkers: 2,
        },
      },
    ],
  },
});
