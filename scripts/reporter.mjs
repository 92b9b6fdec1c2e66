// Counts what a vitest run came to, with the reason of every skip, and writes it where scripts/test.mjs reads it.
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
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, files: modules.length };
    const skips = [];
    for (const module of modules) {
      // a file that does not load has no test to blame, nor has a hook of a suite
      count.failed += module.errors().length > 0 ? 1 : 0;
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length > 0 ? 1 : 0;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        const reason = state === 'skipped' ? (note ?? reasonOf(test)) : null;
        const unexplained = reason === NO_REASON && !this.#onlySome;
        // pending: begun or awaited, and never ended
        if (state === 'pending' || unexplained) count.failed += 1;
        else count[state] += 1;
        if (reason === null) continue;
        skips.push({
          reason: unexplained ? `${NO_REASON}, which is a failure` : reason,
          file: path.relative(root, module.moduleId),
          test: test.fullName,
        });
      }
    }
    fs.writeFileSync(process.env['GATEHOUSE_TEST_COUNT'] ?? '/dev/null', JSON.stringify({ ...count, skips }));
  }
}

const NO_REASON = 'no reason given';

function reasonOf(test) {
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) {
    if (suite.errors().length > 0) return 'a hook of its suite failed';
  }
  return test.options.mode === 'todo' ? 'still to be written' : NO_REASON;
}
