#!/usr/bin/env node
import module from 'node:module';

// Before anything else is loaded: what was compiled once is read from the cache from then on.
module.enableCompileCache?.();

const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
