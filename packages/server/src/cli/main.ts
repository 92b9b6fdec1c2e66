#!/usr/bin/env node
import module from 'node:module';

// Before anything else is loaded: what was compiled once is read from the cache from then on.
module.enableCompileCache?.();

// Whoever reads along has seen enough: `gatehouse help | head -1`.
process.stdout.on('error', (error: { code?: string }) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
// What a driver that has failed leaves open keeps nobody waiting.
setTimeout(() => process.exit(), 5_000).unref();
