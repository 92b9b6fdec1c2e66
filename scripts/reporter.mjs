// Counts what a vitest run came to, with the name of every failure and the reason of every skip, and writes it where
// scripts/test.mjs reads it.
// A skip that says no reason is a failure.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './stamp.mjs';

/** @implements {import('vitest/node').Reporter} */
export default class CountingReporter {
  #onlySome = false;

  onInit(vitest) {
    // With `-t` every other test is skipped, for no reason but that one.
    this.#onlySome = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, skipped: 0, files: modules.length };
    const failures = unhandledErrors.map((error) => `${error.message ?? error} (nobody caught it)`);
    const skips = [];
    for (const module of modules) {
      const file = path.relative(root, module.moduleId);
      // a file that does not load has no test to blame, nor has a hook of a suite
      if (module.errors().length > 0) failures.push(`${file}: it does not load`);
      for (const suite of module.children.allSuites())
        if (suite.errors().length > 0) failures.push(`${file}: a hook of ${suite.fullName}`);
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        const reason = state === 'skipped' ? (note ?? reasonOf(test)) : null;
        const unexplained = reason === NO_REASON && !this.#onlySome;
        // pending: begun or awaited, and never ended
        if (state === 'failed' || state === 'pending' || unexplained) failures.push(`${file}: ${test.fullName}`);
        else count[state] += 1;
        if (reason !== null)
          skips.push({ reason: unexplained ? `${NO_REASON}, which is a failure` : reason, file, test: test.fullName });
      }
    }
    fs.writeFileSync(process.env['GATEHOUSE_TEST_COUNT'] ?? '/dev/null', JSON.stringify({ ...count, failures, skips }));
  }
}

const NO_REASON = 'no reason given';

function reasonOf(test) {
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) {
    if (suite.errors().length > 0) return 'a hook of its suite failed';
  }
  return test.options.mode === 'todo' ? 'still to be written' : NO_REASON;
}
